"""Planner, sampler, executors and gate, against the loop oracle in values and gradients."""

import itertools
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import exact_marginal, soft_scratch_list
from modeling_gpt_dag.dag_losses import plan_cross_entropy, shut_gate_cross_entropy
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.exact_dag import IndependentDAG, execute
from modeling_gpt_dag.gate_mixer import GateMixer
from modeling_gpt_dag.plan_choices import IndependentChoice
from modeling_gpt_dag.plans import (
    PlanLogProbs,
    best_plan,
    best_plan_prob,
    existing_slots,
    plan_log_prob,
    sample_plans,
)
from modeling_gpt_dag.soft_dag import SoftDAG

B, T, H, E = 2, 5, 16, 6
OPERATIONS = ["add", "identity", "multiply", "subtract"]


def numbers_of(rows: list[list[str]], size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The same numbers at every token of a row, and which exist; B rows."""
    flat = [number for row in rows for number in (row + ["0"] * size)[:size]]
    value = DecimalTensor.constants(flat, torch.device("cpu")).map(lambda part: part.view(B, 1, size).expand(B, T, -1))
    exists = torch.tensor([[rank < len(row) for rank in range(size)] for row in rows]).unsqueeze(1).expand(B, T, -1)
    return value.masked(exists).pack(), exists


def make_exact(depth: int, size: int, num_plans: int = 16, constants=()) -> IndependentDAG:
    dag = IndependentDAG(H, E, depth, size, list(constants), OPERATIONS, num_plans, temperature=2.0)
    with torch.no_grad():
        for parameter in dag.parameters():
            parameter.normal_(0.0, 0.5)
    return dag


def context(size: int, dtype=torch.float) -> tuple[torch.Tensor, torch.Tensor]:
    """Content keys and values of the numbers."""
    generator = torch.Generator().manual_seed(7)
    return tuple(torch.randn(B, T, size, E, generator=generator, dtype=dtype) for _ in range(2))


def plan_logits_of(
    dag: IndependentDAG, hidden: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
) -> torch.Tensor:
    return dag.plan_logits(dag.planning_hidden(hidden, values), keys)


def run(dag: IndependentDAG, rows: list[list[str]], size: int, hidden=None, written: int = 0):
    hidden = torch.randn(B, T, H) if hidden is None else hidden
    plan_logits = plan_logits_of(dag, hidden, *context(size))
    return dag(plan_logits, *numbers_of(rows, size), torch.full((B, T), written), torch.eye(12, H))


ROWS = [["12", "-3", "0.5"], ["7"]]


def test_a_step_reads_only_slots_that_exist():
    assert existing_slots(2, 3, torch.device("cpu")).tolist() == [
        [True, True, False, False, False],
        [True, True, True, False, False],
        [True, True, True, True, False],
    ]


@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
def test_absent_slots_have_probability_zero_and_the_rest_sums_to_one(training):
    state = run(make_exact(depth=3, size=4).train(training), ROWS, 4)
    absent = ~existing_slots(4, 3, torch.device("cpu")).expand(B, T, -1, -1).clone()
    for row, numbers in enumerate(ROWS):
        absent[row, :, :, len(numbers) : 4] = True
    for probs in state.probs[:2]:
        assert (probs[absent] == 0).all() and (probs[~absent] > 0).all()
        torch.testing.assert_close(probs.sum(-1), torch.ones(B, T, 3))
    torch.testing.assert_close(state.probs[2].sum(-1), torch.ones(B, T, 3))


def test_rows_sum_to_one_and_nothing_is_written_where_nothing_can_be_read():
    state = run(make_exact(depth=2, size=3).eval(), [[], []], 3)
    torch.testing.assert_close(state.probs[0].sum(-1), torch.ones(B, T, 2))
    assert not state.has_result.any() and not state.values_mask.any()


@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
def test_soft_absent_slots_have_probability_zero_and_the_rest_sums_to_one(training):
    state = SoftDAG(H, 3, OPERATIONS, temperature=2.0).train(training)(torch.randn(B, T, H))
    absent = ~existing_slots(1, 3, torch.device("cpu")).expand(B, T, -1, -1)
    for probs in state.probs[:2]:
        assert (probs[absent] == 0).all()
        torch.testing.assert_close(probs.sum(-1), torch.ones(B, T, 3))


def test_constants_are_slots_behind_the_numbers():
    dag = make_exact(depth=1, size=2, constants=["100", "0.5"]).eval()
    state = run(dag, [["3", "4"], []], 2)
    assert state.values[0, 0, :4].tolist() == [3, 4, 100, 0.5]
    assert state.probs[0][1, 0, 0, :2].sum() == 0
    assert not state.has_result[1].any()  # constants alone open no gate


def test_numbers_beyond_the_last_rank_are_told_apart_by_content_alone_and_may_be_more_than_in_training():
    dag = make_exact(depth=1, size=5, num_plans=4)
    shared = IndependentDAG(H, E, 1, 5, [], OPERATIONS, 4, temperature=2.0, num_ranks=2).eval()
    longer = IndependentDAG(H, E, 1, 9, [], OPERATIONS, 4, temperature=2.0, num_ranks=2).eval()
    longer.load_state_dict(shared.state_dict())
    assert dag.slot_head.out_features == 12 and shared.slot_head.out_features == 6
    hidden, (keys, values) = torch.randn(B, T, H), context(9)
    few = plan_logits_of(shared, hidden, keys[:, :, :5], values[:, :, :5]).unflatten(-1, (-1,))
    many = plan_logits_of(longer, hidden, keys, values)
    assert few.shape[-1] == 2 * 6 + 4 and many.shape[-1] == 2 * 10 + 4
    torch.testing.assert_close(few[..., :5], many[..., :5])
    same = keys[:, :, 2:3].expand(-1, -1, 9, -1)
    operand = plan_logits_of(longer, hidden, same, values)[..., :9]
    torch.testing.assert_close(operand[..., 2:], operand[..., 1:2].expand(-1, -1, 7))
    assert not torch.isclose(operand[..., 0], operand[..., 1]).any()


def test_execution_follows_the_plan():
    numbers, _ = numbers_of(ROWS, 3)
    plan = [[0, 1, 0], [3, 2, 2], [4, 0, 3]]  # 12 + -3 = 9; 9 * 0.5 = 4.5; 4.5 - 12 = -7.5
    slots = DecimalTensor.unpack(execute(numbers, torch.tensor(plan).expand(B, T, 1, 3, 3), OPERATIONS))
    assert slots.to_float()[0, 0, 0].tolist() == [12, -3, 0.5, 9, 4.5, -7.5]
    assert slots.valid[1, 0, 0].tolist() == [True, False, False, False, False, False]


def plan_of(depth: int, size: int) -> PlanLogProbs:
    dag = make_exact(depth, size)
    return dag.plan(
        plan_logits_of(dag, torch.randn(B, T, H), *context(size)), numbers_of([["1"] * size] * 2, size)[1]
    ).log_probs()


def test_the_probability_of_the_best_plan_leaves_out_what_nothing_depends_on():
    plan = plan_of(depth=2, size=3)
    found = best_plan_prob(plan, OPERATIONS)
    expected = torch.ones(B, T)
    for row, token, step in itertools.product(range(B), range(T), range(2)):
        parts = [part[row, token, step].exp().max() for part in plan]
        is_identity = plan.operation[row, token, step].argmax() == OPERATIONS.index("identity")
        expected[row, token] *= parts[0] * parts[2] * (1 if is_identity else parts[1])
    torch.testing.assert_close(found, expected)
    assert (plan.operation.argmax(-1) == 1).any() and (plan.operation.argmax(-1) != 1).any()


def test_an_improbable_plan_has_no_result_in_inference_and_in_training_it_has():
    dag = make_exact(depth=1, size=3).eval()
    hidden = torch.randn(B, T, H)
    state = run(dag, ROWS, 3, hidden)
    least = float(state.choice.plan_prob.detach().median())
    dag.min_plan_prob = least
    strict = run(dag, ROWS, 3, hidden)
    assert torch.equal(strict.has_result, state.has_result & (state.choice.plan_prob >= least))
    assert state.has_result.sum() > strict.has_result.sum() > 0
    assert torch.equal(run(dag.train(), ROWS, 3, hidden).has_result[..., None].any(-1), state.has_result)


def test_sampled_plans_differ_begin_with_the_best_and_use_existing_slots():
    plan = plan_of(depth=2, size=2)
    plans = sample_plans(plan, 20, temperature=2.0)
    assert plans.shape == (B, T, 20, 2, 3)
    best = best_plan(plan)
    for row, best_row in zip(plans.flatten(0, 1), best.flatten(0, 1), strict=True):
        distinct = {tuple(one.flatten().tolist()) for one in row}
        assert len(distinct) == 20 and torch.equal(row[0], best_row[0])
    assert (plans[..., 0, :2] < 2).all() and (plans[..., 1, :2] < 3).all()


def test_all_plans_are_drawn_where_there_are_no_more():
    plans = sample_plans(plan_of(depth=1, size=2), 100, temperature=1.0)
    assert plans.shape[2] == 2 * 2 * 4
    assert all(len({tuple(one.flatten().tolist()) for one in row}) == 16 for row in plans.flatten(0, 1))


@pytest.mark.parametrize(("depth", "size", "operations"), [(1, 2, 3), (2, 1, 2)])
def test_plans_are_drawn_without_replacement_in_the_order_and_proportion_of_the_definition(depth, size, operations):
    """The best first; then one after the other, each in proportion to the probabilities of those not yet drawn."""
    draws, temperature, slots = 40_000, 2.0, size + depth
    exists = existing_slots(size, depth, torch.device("cpu"))
    logits = [torch.randn(depth, slots).masked_fill(~exists, float("-inf")) * 3 for _ in range(2)]
    logits.append(torch.randn(depth, operations) * 3)
    plan = PlanLogProbs(*(part.log_softmax(-1).expand(1, draws, -1, -1) for part in logits))
    sampled = sample_plans(plan, 3, temperature)[0]  # (draws, 3, D, 3)

    steps = [itertools.product(range(size + s), range(size + s), range(operations)) for s in range(depth)]
    plans = torch.tensor(list(itertools.product(*steps)))  # (P, D, 3)
    tempered = [(part / temperature).log_softmax(-1) for part in logits]
    probs = plan_log_prob(PlanLogProbs(*(part[None, None] for part in tempered)), plans[None, None])[0, 0].exp()
    best = plan_log_prob(PlanLogProbs(*(part[:, :1] for part in plan)), plans[None, None])[0, 0].argmax()
    probs[best] = 0.0
    probs = probs / probs.sum()
    expected = probs.unsqueeze(1) * probs / (1 - probs.unsqueeze(1))
    expected.fill_diagonal_(0.0)

    index = (sampled.unsqueeze(2) == plans).all(-1).all(-1).long().argmax(-1)  # (draws, 3)
    assert (index[:, 0] == best).all()
    share = torch.zeros_like(expected).index_put_((index[:, 1], index[:, 2]), torch.tensor(1 / draws), accumulate=True)
    deviation = (expected * (1 - expected) / draws).sqrt()
    assert ((share - expected).abs() <= 5 * deviation + 1 / draws).all()
    assert (share.sum(1) - probs).abs().max() < 0.01


def test_nothing_that_does_not_exist_is_drawn_while_there_is_something_else():
    dag = make_exact(depth=2, size=4)
    with torch.no_grad():
        dag.slot_head.bias.normal_(0.0, 20.0)  # far from uniform, where arrivals span many orders of magnitude
    plan = dag.plan(
        plan_logits_of(dag, torch.randn(B, T, H), *context(4)), numbers_of([["1"] * 2] * 2, 4)[1]
    ).log_probs()
    plans = sample_plans(plan, 16, temperature=1.0)
    assert plan_log_prob(plan, plans).isfinite().all()


def test_plan_cross_entropy_is_that_of_the_labelled_choices_and_of_the_gate_where_it_can_open():
    plan = plan_of(depth=2, size=2)
    labels = torch.full((B, T, 2, 3), -100, dtype=torch.int16)
    gate = torch.rand(B, T)
    choice = IndependentChoice(plan, OPERATIONS)
    assert plan_cross_entropy(choice, gate, labels) == 0
    gate[0, 4] = 0.0  # there is no result
    labels[1, 2, 1] = torch.tensor([2, 0, 3])
    labels[0, 4, 0] = torch.tensor([1, -100, 2])
    expected = -(plan.operand1[1, 2, 1, 2] + plan.operand2[1, 2, 1, 0] + plan.operation[1, 2, 1, 3])
    expected = expected - plan.operand1[0, 4, 0, 1] - plan.operation[0, 4, 0, 2] - gate[1, 2].log()
    torch.testing.assert_close(plan_cross_entropy(choice, gate, labels), expected)


def test_a_gate_below_the_least_one_is_exactly_shut_in_inference():
    mixer = GateMixer(H, "convex", min_gate=0.5)
    torch.nn.init.ones_(mixer.dag_scale)
    state = run(make_exact(depth=1, size=3).eval(), [["12", "-3", "0.5"]] * 2, 3)
    hidden, logits = torch.randn(B, T, H), torch.full((B, T, 1), -0.1)
    logits[0] = 0.1
    mixed, gate = mixer.eval()(hidden, logits, state)
    assert (gate[0][state.has_result[0]] > 0.5).all() and (gate[1] == 0).all()
    assert torch.equal(mixed[1], hidden[1])
    assert (mixer.train()(hidden, logits, state)[1][state.has_result] > 0.4).all()


@pytest.mark.parametrize("gate_form", ["convex", "none"])
def test_a_gate_times_the_probability_of_the_plan_below_the_least_confidence_is_exactly_shut(gate_form):
    state = run(make_exact(depth=1, size=3).eval(), [["12", "-3", "0.5"]] * 2, 3)
    logits, hidden = torch.randn(B, T, 1 if gate_form == "convex" else 0), torch.randn(B, T, H)
    mixer = GateMixer(H, gate_form).eval()
    torch.nn.init.ones_(mixer.dag_scale)
    before, gate = mixer(hidden, logits, state)
    confidence = gate * state.choice.plan_prob
    mixer.min_confidence = float(confidence[state.has_result].detach().median())
    mixed, strict = mixer(hidden, logits, state)
    shut = confidence < mixer.min_confidence
    assert (strict[shut] == 0).all() and torch.equal(strict[~shut], gate[~shut])
    assert torch.equal(mixed[shut], hidden[shut]) and torch.equal(mixed[~shut], before[~shut])
    assert gate[shut].any() and gate[~shut].any()
    assert torch.equal(mixer.train()(hidden, logits, state)[1], gate)


def test_the_gate_loss_is_that_of_a_shut_gate_where_no_label_follows():
    gate = torch.tensor([[0.0, 0.5, 0.9, 0.75]], requires_grad=True)
    labels = torch.tensor([[-100, -100, -100, 7]])  # the third token's next one is labelled
    loss = shut_gate_cross_entropy(gate, labels)
    torch.testing.assert_close(loss, -(torch.tensor([0.5, 0.25]).log().sum()), rtol=1e-5, atol=0)
    loss.backward()
    assert gate.grad[0, 2] == 0 and (gate.grad[0, [0, 1, 3]] > 0).all()
    plan_labels = torch.full((1, 4, 1, 3), -100)
    plan_labels[0, 1, 0, 2] = 0
    torch.testing.assert_close(
        shut_gate_cross_entropy(gate, labels, plan_labels), -torch.tensor(0.25).log(), rtol=1e-5, atol=0
    )
    assert shut_gate_cross_entropy(torch.ones(1, 4), labels).isfinite()


def test_plan_log_prob_adds_the_choices():
    plan = plan_of(depth=2, size=2)
    plans = sample_plans(plan, 3, temperature=1.0)
    step = plans[1, 2, 0].tolist()
    expected = sum(
        plan.operand1[1, 2, s, a] + plan.operand2[1, 2, s, b] + plan.operation[1, 2, s, o]
        for s, (a, b, o) in enumerate(step)
    )
    torch.testing.assert_close(plan_log_prob(plan, plans)[1, 2, 0], expected)


@pytest.mark.parametrize(("depth", "size", "written"), [(1, 3, 0), (1, 3, 1), (2, 1, 0), (2, 2, 1)])
def test_drawing_all_plans_gives_the_marginal_of_the_oracle_in_value_and_gradient(depth, size, written):
    dag = make_exact(depth, size, num_plans=100_000).train()
    # float64, because the oracle sums thousands of plans in another order.
    dag = dag.double()
    hidden = torch.randn(B, T, H, dtype=torch.double, requires_grad=True)
    rows = [["12", "-3", "0.5"][:size], ["7"]]
    numbers, exists = numbers_of(rows, size)
    symbols = torch.eye(12, H, dtype=torch.double)
    plan_logits = plan_logits_of(dag, hidden, *context(size, torch.double))
    state = dag(plan_logits, numbers, exists, torch.full((B, T), written), symbols)

    plan = dag.plan(plan_logits, exists).log_probs()
    embedding = torch.cat([symbols, dag.end_embedding.unsqueeze(0)])
    expected = torch.zeros(B, T, H)
    for row in range(B):
        log_probs = [part[row, 1] for part in plan]
        values = [Decimal(number) for number in rows[row]]
        probs = exact_marginal(log_probs, values, size, written, OPERATIONS)
        expected[row, 1] = probs.to(embedding) @ embedding
    torch.testing.assert_close(state.dag_hidden[:, 1].float(), expected[:, 1], rtol=1e-4, atol=1e-5)

    direction = torch.randn(H)
    parameters = [
        hidden,
        *(p for n, p in dag.named_parameters() if n.partition(".")[0] not in ("norm", "key", "value")),
    ]
    fast = torch.autograd.grad((state.dag_hidden[:, 1].float() @ direction).sum(), parameters, retain_graph=True)
    slow = torch.autograd.grad((expected[:, 1] @ direction).sum(), parameters)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_a_number_ends_behind_its_last_character_and_nowhere_else():
    dag = make_exact(depth=1, size=1).eval()
    with torch.no_grad():
        dag.operation_head.weight.zero_()
        dag.operation_head.bias.copy_(torch.tensor([0.0, 9.0, 0.0, 0.0]))  # identity
    ends = [run(dag, [["123"], ["45"]], 1, written=written).ends[:, 0].tolist() for written in range(4)]
    assert ends == [[0, 0], [0, 0], [0, 1], [1, 0]]


def test_in_eval_mode_the_most_probable_plan_alone_is_written():
    dag = make_exact(depth=1, size=2).eval()
    state = run(dag, [["5", "2"], ["5", "2"]], 2)
    result = state.values[..., -1]
    first_symbol = state.dag_hidden.argmax(-1)
    expected = torch.where(
        result < 0, 10, torch.tensor([[int(str(abs(v))[0]) for v in row] for row in result.tolist()])
    )
    assert torch.equal(first_symbol, expected) and state.has_result.all()


def test_soft_values_and_gradients_equal_the_loop_oracle():
    dag = SoftDAG(H, 3, ["add", "multiply", "divide", "max"], temperature=2.0).eval()
    hidden = torch.randn(B, T, H, requires_grad=True)
    state = dag(hidden)
    expected = torch.stack([torch.stack([torch.stack(soft_scratch_list(dag, h)) for h in row]) for row in hidden])
    torch.testing.assert_close(state.values, expected)
    parameters = [hidden, *(p for n, p in dag.named_parameters() if "embedding" not in n)]
    fast = torch.autograd.grad(state.values[..., -1].sum(), parameters)
    slow = torch.autograd.grad(expected[..., -1].sum(), parameters)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["exact", "soft"])
def test_a_token_never_sees_another_tokens_scratch_list(kind):
    hidden = torch.randn(B, T, H)
    changed = hidden.clone()
    changed[:, 2] += 1.0
    if kind == "exact":
        dag = make_exact(depth=2, size=3).eval()
        before, after = run(dag, ROWS, 3, hidden), run(dag, ROWS, 3, changed)
    else:
        dag = SoftDAG(H, 2, OPERATIONS, temperature=2.0).eval()
        before, after = dag(hidden), dag(changed)
    others = [0, 1, 3, 4]
    before, after = (
        {
            "operand 1": state.probs[0],
            "operand 2": state.probs[1],
            "operation": state.probs[2],
            "values": state.values,
            "result": state.values[..., -1],
            "dag_hidden": state.dag_hidden,
        }
        # The numbers of the text, which exact numerics begins with, are no token's own.
        | ({"scalar": state.values[..., 0]} if kind == "soft" else {})
        for state in (before, after)
    )
    for name in before:
        one, other = before[name], after[name]
        assert torch.equal(one[:, others], other[:, others]), name
        # Its own change: in exact numerics the first row's best plan becomes one with another result.
        assert not torch.equal(one[0, 2], other[0, 2]), name


@pytest.mark.parametrize("gate", ["convex", "none"])
def test_the_mixer_follows_its_formula_and_keeps_the_hidden_state_where_there_is_no_result(gate):
    mixer = GateMixer(H, gate)
    with torch.no_grad():
        mixer.dag_scale.fill_(1.7)
    hidden, gate_logits = torch.randn(B, T, H), mixer.gate_logits(torch.randn(B, T, H))
    state = run(make_exact(depth=1, size=2).eval(), [["5", "2"], []], 2)
    state = state._replace(ends=torch.rand(B, T))
    mixed, opened = mixer(hidden, gate_logits, state)
    written = 1.7 * torch.nn.functional.layer_norm(state.dag_hidden, (H,))
    if gate == "convex":
        g = torch.sigmoid(gate_logits)
        kept = 1 - g * (1 - state.ends.unsqueeze(-1))
        torch.testing.assert_close(mixed[0], (kept * hidden + g * written)[0])
        torch.testing.assert_close(opened[0], g[0, :, 0])
    else:
        torch.testing.assert_close(mixed[0], (hidden + written)[0])
    assert torch.equal(mixed[1], hidden[1]) and (opened[1] == 0).all()
