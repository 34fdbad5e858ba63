"""The joint planner: a distribution over whole plans, against a plain enumeration of them."""

import itertools

import pytest
import torch

from modeling_gpt_dag.joint_planner import IMPOSSIBLE, JointPlanner
from modeling_gpt_dag.modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.slot_attention import SlotAttention

H, E, M = 16, 4, 3
OPERATIONS = ["add", "identity", "multiply", "subtract"]
ADD, IDENTITY, MULTIPLY, SUBTRACT = range(4)


def make_planner(
    depth: int,
    num_values: int,
    num_constants: int = 0,
    operations=OPERATIONS,
    num_layers: int = 0,
    compares_values: bool = False,
) -> JointPlanner:
    attention = SlotAttention(2 * E, num_layers) if num_layers else None
    num_initial = num_values + num_constants
    planner = JointPlanner(H, E, num_initial, num_constants, operations, depth, attention, compares_values)
    with torch.no_grad():
        for parameter in planner.parameters():
            parameter.normal_(0.0, 0.5)
    return planner


def read_by(planner: JointPlanner, exists: list[list[bool]], same: list[int] | None = None):
    size = len(exists[0])
    latest = torch.tensor(same or list(range(planner.num_initial))).expand(len(exists), -1)
    hidden, context = torch.randn(len(exists), H), torch.randn(len(exists), size, planner.number.in_features)
    values = torch.full(latest.shape, float("nan"))
    return planner.read(hidden, context, torch.tensor(exists), latest, values)


def plans_of(readable: list[int], num_initial: int, depth: int) -> set[tuple]:
    """All plans, one of those that do the same: copies of a number, and steps each of which may be the last."""
    found = set()

    def carried(steps: list, length: int) -> tuple:
        copies = [(num_initial + step - 1, num_initial + step - 1, IDENTITY) for step in range(length, depth)]
        return (*steps, *copies)

    found |= {carried([(slot, slot, IDENTITY)], 1) for slot in readable}
    for length in range(1, depth + 1):
        choices = []
        for step in range(length):
            slots = [*readable, *range(num_initial, num_initial + step)]
            pairs = list(itertools.product(slots, slots))
            in_order = [(a, b) for a, b in pairs if a >= b]
            choices.append(
                [(a, b, op) for op in (ADD, MULTIPLY) for a, b in in_order] + [(a, b, SUBTRACT) for a, b in pairs]
            )
        found |= {carried([*steps], length) for steps in itertools.product(*choices)}
    return found


@pytest.mark.parametrize("num_layers", [0, 2])
@pytest.mark.parametrize(("depth", "size", "constants"), [(1, 3, 0), (2, 2, 1), (2, 2, 0), (3, 1, 0)])
def test_the_probabilities_of_all_plans_sum_to_one(depth, size, constants, num_layers):
    planner = make_planner(depth, size, constants, num_layers=num_layers)
    read = read_by(planner, [[True] * size, [True] + [False] * (size - 1)])
    for row in range(2):
        readable = [*range(size if row == 0 else 1), *range(size, size + constants)]
        plans = torch.tensor(sorted(plans_of(readable, size + constants, depth)))
        total = planner.log_prob(read.at(torch.tensor([row])), plans.unsqueeze(0)).exp().sum()
        torch.testing.assert_close(total, torch.tensor(1.0), rtol=1e-4, atol=0)


def test_a_step_that_reads_no_result_knows_what_the_step_before_it_did():
    planner = make_planner(3, 4)
    read = read_by(planner, [[True] * 4])
    preferences = []
    for first in [(3, 2, MULTIPLY), (3, 2, ADD), (2, 1, MULTIPLY)]:
        plans = [[first, (1, 0, SUBTRACT), (-100, -100, -100)], [first, (3, 0, ADD), (-100, -100, -100)]]
        one, other = planner.log_prob(read, torch.tensor([plans]))[0]
        preferences.append(round((one - other).item(), 3))
    assert len(set(preferences)) == 3


def test_sampling_without_end_finds_every_plan_once_and_the_rest_is_none():
    planner = make_planner(2, 2)
    plans, arrived = planner.sample(read_by(planner, [[True, True]]), 10_000, temperature=2.0)
    found = [tuple(map(tuple, plan)) for plan in plans[arrived].tolist()]
    assert len(found) == len(set(found)) and set(found) == plans_of([0, 1], 2, 2)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_first_sampled_plan_is_the_best_and_the_second_is_drawn_by_its_probability(temperature):
    planner = make_planner(2, 2)
    read = read_by(planner, [[True, True]])
    draws = 4_000
    plans, _ = planner.sample(type(read)(*(part.expand(draws, *part.shape[1:]) for part in read)), 2, temperature)
    best = planner.best(read)
    assert (plans[:, 0] == best.plans).all()
    every = torch.tensor(sorted(plans_of([0, 1], 2, 2)))
    # Tempering takes place step by step, so that its probabilities are taken from a planner with smaller scores.
    with torch.no_grad():
        planner.score.weight /= temperature
        planner.score.bias /= temperature
    probs = planner.log_prob(read, every.unsqueeze(0))[0].exp()
    is_best = (every == best.plans[0]).all(-1).all(-1)
    expected = torch.where(is_best, 0.0, probs) / probs[~is_best].sum()
    drawn = (plans[:, 1].unsqueeze(1) == every).all(-1).all(-1).float().mean(0)
    torch.testing.assert_close(drawn, expected, rtol=0, atol=0.03)


def test_the_best_plan_has_the_probability_that_it_is_scored_with():
    planner = make_planner(3, 3, 2)
    read = read_by(planner, [[True] * 3, [True, False, False], [False] * 3])
    best = planner.best(read)
    torch.testing.assert_close(planner.log_prob(read, best.plans.unsqueeze(1)).squeeze(1), best.log_prob)
    for probs in best.probs:
        torch.testing.assert_close(probs.sum(-1), torch.ones(3, 3))
    for operand in best.probs[:2]:
        assert (operand[1, :, 1:3] == 0).all() and (operand[2, :, :3] == 0).all()
        assert (operand[:, 0, 5:] == 0).all() and (operand[:, 1, 6:] == 0).all()


def test_marginals_are_sums_over_the_whole_steps():
    planner = make_planner(1, 2)
    read = read_by(planner, [[True, True]])
    plans = torch.tensor(sorted(plans_of([0, 1], 2, 1)))
    probs = planner.log_prob(read, plans.unsqueeze(0))[0].exp()
    operand1, operand2, operation = planner.best(read).probs
    for part, column, size in ((operand1, 0, 3), (operand2, 1, 3), (operation, 2, 4)):
        expected = torch.zeros(size).index_add(0, plans[:, 0, column], probs)
        torch.testing.assert_close(part[0, 0], expected)


def test_a_label_may_leave_a_choice_open_and_operands_of_a_sum_come_in_any_order():
    planner = make_planner(1, 3)
    read = read_by(planner, [[True] * 3])
    whole = torch.tensor([[[[2, 0, ADD]], [[2, 1, ADD]], [[2, 2, ADD]]]])
    left_open = torch.tensor([[[[2, -100, ADD]]]])
    torch.testing.assert_close(planner.log_prob(read, whole).logsumexp(-1), planner.log_prob(read, left_open)[:, 0])
    swapped = torch.tensor([[[[0, 2, ADD]]], [[[0, 2, SUBTRACT]]], [[[0, -100, ADD]]]])
    assert planner.in_order(swapped, read.same.expand(3, -1)).tolist() == [
        [[[2, 0, ADD]]],
        [[[0, 2, SUBTRACT]]],
        [[[0, -100, ADD]]],
    ]
    unlabelled = torch.full((1, 1, 1, 3), -100)
    torch.testing.assert_close(planner.log_prob(read, unlabelled), torch.zeros(1, 1), rtol=0, atol=1e-6)


def test_a_label_says_the_same_whether_others_beside_it_are_left_open_or_not():
    """Slot 2 holds what slot 0 holds; the last plan's operand 6 is none yet, and 0 x 4 + 6 is the index of (1, 2)."""
    planner = make_planner(2, 4)
    read = read_by(planner, [[True] * 4], same=[0, 1, 0, 3])
    steps = [[(3, 0, MULTIPLY), (4, 1, SUBTRACT)], [(1, 0, ADD), (4, 4, IDENTITY)], [(0, 6, SUBTRACT), (4, 0, ADD)]]
    plans = torch.tensor([steps])
    is_open = torch.tensor([[[(3, -100, MULTIPLY), (4, -100, IDENTITY)]]])
    alone, beside = planner.log_prob(read, plans), planner.log_prob(read, torch.cat([plans, is_open], 1))[:, :-1]
    torch.testing.assert_close(alone, beside)
    assert alone[0, -1] == IMPOSSIBLE < alone[0, :-1].min()


def test_the_second_operand_of_an_operation_of_one_need_not_be_labelled():
    planner = make_planner(2, 3)
    plans = torch.tensor([[[(1, 0, ADD), (3, -100, IDENTITY)]]])
    same = torch.arange(3).unsqueeze(0)
    assert planner.in_order(plans, same).tolist() == [[[[1, 0, ADD], [3, 3, IDENTITY]]]]


def test_a_plan_that_cannot_be_has_a_finite_loss_and_no_gradient():
    planner = make_planner(1, 2)
    read = read_by(planner, [[True, False]])
    impossible = planner.log_prob(read, torch.tensor([[[[0, 1, SUBTRACT]]]]))
    assert impossible.item() == IMPOSSIBLE
    impossible.sum().backward()
    assert all(parameter.grad is None or (parameter.grad == 0).all() for parameter in planner.parameters())


def test_a_value_in_several_slots_is_read_in_the_latest_with_the_probability_of_all():
    """Slots 2 and 3, a constant, hold what slot 0 holds."""
    planner = make_planner(1, 3, 1, [*OPERATIONS, "max_of"])
    apart = read_by(planner, [[True] * 3])
    merged = apart._replace(same=torch.tensor([[0, 1, 0, 0]]))

    def prob(read, *step: int) -> float:
        return planner.log_prob(read, torch.tensor(step).view(1, 1, 1, 3)).exp().item()

    pairs = list(itertools.product((0, 2, 3), repeat=2))
    assert prob(merged, 0, 0, SUBTRACT) == pytest.approx(sum(prob(apart, *pair, SUBTRACT) for pair in pairs))
    assert prob(merged, 1, 0, ADD) == pytest.approx(
        prob(apart, 1, 0, ADD) + prob(apart, 2, 1, ADD) + prob(apart, 3, 1, ADD)
    )
    assert prob(merged, 1, 0, SUBTRACT) == pytest.approx(sum(prob(apart, 1, slot, SUBTRACT) for slot in (0, 2, 3)))
    for slots in ((2, 1), (1, 2), (3, 3)):
        assert prob(merged, *slots, SUBTRACT) < 1e-30
    # Which slots a range has matters, whatever is in them.
    assert prob(merged, 2, 0, 4) == pytest.approx(prob(apart, 2, 0, 4)) and prob(merged, 0, 0, 4) > 0
    labels = torch.tensor([[[[1, 2, ADD]], [[2, 3, SUBTRACT]], [[2, 0, 4]], [[2, -100, ADD]]]])
    latest = planner.in_order(labels, merged.same)
    assert latest.tolist() == [[[[1, 0, ADD]], [[0, 0, SUBTRACT]], [[2, 0, 4]], [[0, -100, ADD]]]]
    without_ranges = make_planner(1, 3, 1)
    for chooser in (planner, without_ranges):
        merged = read_by(chooser, [[True] * 3], [0, 1, 0, 0])
        best = chooser.best(merged)
        torch.testing.assert_close(chooser.log_prob(merged, best.plans.unsqueeze(1))[:, 0], best.log_prob)
    assert (best.probs[0][0, 0, 2:4] == 0).all()  # a range would read them


def test_which_numbers_are_the_same_is_read_to_the_last_decimal(make_config, encode):
    config = make_config(dag_planner="joint", dag_depth=1, dag_num_values=4, dag_constants=["2", "7"])
    dag = GPTDAGForCausalLM(config).eval()(encode("7 2.0 7 5 ="), output_dag=True).dag
    # Latest first: 5, 7, 2.0, 7, and the constants.
    probs = dag.operand1_probs[0, -1, 0]
    assert (probs[[0, 1, 2, 4]] > 0).all() and (probs[[3, 5]] == 0).all()


def test_without_identity_plans_use_all_steps():
    planner = make_planner(2, 2, operations=["add", "subtract"])
    read = read_by(planner, [[True, True]])
    steps = [[(a, b, 0) for a, b in ((0, 0), (1, 0), (1, 1))], []]
    steps[0] += [(a, b, 1) for a in range(2) for b in range(2)]
    steps[1] = [(a, b, 0) for a in range(3) for b in range(a + 1)] + [(a, b, 1) for a in range(3) for b in range(3)]
    plans = torch.tensor(list(itertools.product(*steps)))
    torch.testing.assert_close(planner.log_prob(read, plans.unsqueeze(0)).exp().sum(), torch.tensor(1.0))


def test_it_learns_a_plan_whose_second_step_depends_on_the_first(make_config, encode):
    """Two plans at even odds, (3 - 2) * 5 and (5 + 2) - 3: choices made apart would mix them, with 1/4 for each."""
    torch.manual_seed(0)
    config = make_config(dag_planner="joint", dag_depth=2, dag_num_plans=1)
    model = GPTDAGForCausalLM(config).train()
    ids = encode("5 3 2 =")
    one, other = torch.tensor([[1, 0, SUBTRACT], [5, 2, MULTIPLY]]), torch.tensor([[2, 0, ADD], [5, 1, SUBTRACT]])
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    labels = torch.full((2, ids.shape[1], 2, 3), -100)
    labels[:, -1] = torch.stack([one, other])
    for _ in range(120):
        loss = model(ids.expand(2, -1), labels=ids.expand(2, -1), plan_labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    plan = model(ids, output_dag=True).dag
    assert plan.plan[0, -1].tolist() in ([[1, 0, 3], [5, 2, 2]], [[2, 0, 0], [5, 1, 3]])
    assert plan.plan_prob[0, -1].item() > 0.4


@pytest.mark.parametrize("num_plans", [1, 5])
def test_every_parameter_of_the_planner_learns(make_config, encode, num_plans):
    config = make_config(dag_planner="joint", dag_num_plans=num_plans, dag_value_loss_weight=1.0)
    model = GPTDAGForCausalLM(config).train()
    ids = encode("12+34=46\n-3.5*2=-7\n")
    plan_labels = torch.full((1, ids.shape[1], 3, 3), -100)
    plan_labels[0, 5] = torch.tensor([[1, 0, ADD], [5, 0, MULTIPLY], [6, 1, SUBTRACT]])
    model(ids, labels=ids, plan_labels=plan_labels).loss.backward()
    for name, parameter in model.model.dag.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name


def test_attention_over_the_slots_does_not_see_those_that_cannot_be_read():
    planner = make_planner(2, 3, 1, num_layers=2)
    read = read_by(planner, [[True, True, False]])
    changed = read._replace(slots=torch.where(read.exists.unsqueeze(-1), read.slots, read.slots + 1))
    for before, after in zip(planner.best(read), planner.best(changed), strict=True):
        torch.testing.assert_close(before, after)
    moved = read._replace(slots=read.slots + read.exists.unsqueeze(-1) * torch.randn(1, 4, 2 * E))
    assert (planner.best(moved).log_prob - planner.best(read).log_prob).abs() > 1e-4


def test_a_number_is_told_of_up_to_the_next_one(make_model, encode):
    model = make_model(dag_planner="joint", dag_slot_layers=1, dag_num_values=3)
    ids = encode("12 or 345 of 6, so")
    memory, index = model.model.number_memory, torch.arange(ids.shape[1])
    text = memory.read(memory.symbols_of_ids(ids), None, None, index, None, model.dtype)
    numbers, _ = memory.latest(text, None, index, index.expand(1, -1))
    told_up_to = memory.told_up_to(text, numbers, index)
    states = torch.randn(1, ids.shape[1], 2)
    mean = memory.mean(states, numbers.end, told_up_to)
    torch.testing.assert_close(mean[0, -1, 1], states[0, len("12 or 345") : len("12 or 345 of ")].mean(0))
    # The latest number, "6", up to the last token; "345" up to the blank before "6"; "12" up to that before "345".
    assert told_up_to[0, -1].tolist() == [len("12 or 345 of 6, so") - 1, len("12 or 345 of ") - 1, len("12 or ") - 1]


def test_a_batch_without_any_label_has_nothing_to_relate(make_model, encode):
    model = make_model(dag_planner="joint", dag_slot_layers=1, dag_num_values=3).train()
    ids = encode("12 or 345")
    labels = torch.full((*ids.shape, model.config.dag_depth, 3), -100)
    plain = model(ids, labels=ids, plan_labels=labels)
    assert plain.loss.isfinite()
    plain.loss.backward()


def test_operands_are_scored_by_how_their_values_relate():
    planner = make_planner(1, 2, compares_values=True)
    read = read_by(planner, [[True, True]])
    probs = [
        planner.best(read._replace(values=torch.tensor([values]))).probs[2]
        for values in ([7.0, 3.0], [900.0, 401.0], [3.0, 7.0], [6.0, 3.0], [7.0, float("nan")])
    ]
    torch.testing.assert_close(probs[0], probs[1])  # larger, and no multiple
    for other in probs[2:]:
        assert (probs[0] - other).abs().max() > 1e-4
    without = make_planner(1, 2)
    for before, after in zip(without.best(read), without.best(read._replace(values=read.values + 1)), strict=True):
        torch.testing.assert_close(before, after)


def test_results_are_compared_too():
    planner = make_planner(2, 3, compares_values=True)
    read = read_by(planner, [[True, True, True]])
    # 11 - 8.1 and 9 - 6.9 are smaller than 5, and 24 - 7 is larger, while the numbers relate alike.
    plans = torch.tensor([[[[0, 1, SUBTRACT], [3, 2, SUBTRACT]]]])
    small, large = (read._replace(values=torch.tensor([values])) for values in ([11.0, 8.1, 5.0], [9.0, 6.9, 5.0]))
    one, other = (planner.log_prob(each, plans) for each in (small, large))
    torch.testing.assert_close(one, other)
    large = read._replace(values=torch.tensor([[24.0, 7.0, 5.0]]))
    assert (planner.log_prob(large, plans) - one).abs() > 1e-4


@pytest.mark.parametrize(("compares_values", "is_learned"), [(True, True), (False, False)])
def test_a_difference_is_learned_from_the_larger_operand(compares_values, is_learned):
    torch.manual_seed(0)
    planner = make_planner(1, 2, compares_values=compares_values)
    optimizer = torch.optim.Adam(planner.parameters(), lr=0.02)
    for _step in range(150):
        read = read_by(planner, [[True, True]] * 64)
        values = torch.rand(64, 2) * 100
        larger = values.argmax(-1)
        plans = torch.stack([larger, 1 - larger, torch.full_like(larger, SUBTRACT)], -1).view(64, 1, 1, 3)
        loss = -planner.log_prob(read._replace(values=values), plans).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = (planner.best(read._replace(values=values)).plans == plans[:, 0]).all(-1).float().mean()
    assert (right > 0.95) == is_learned
