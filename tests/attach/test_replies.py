"""The backbone's own replies: wrong numbers are mended, the backbone goes on, an interrupted run too."""

import copy

import pytest
import torch
from transformers import GenerationMixin

from helpers.backbones import attach, make_backbone
from modeling_gpt_dag.attach.arguments import AttachArguments
from modeling_gpt_dag.attach.replies import BackboneWriter
from modeling_gpt_dag.attach.training_set import prose_examples, reply_examples
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reply_text import Prompt
from modeling_gpt_dag.evaluation.generation import continuations
from modeling_gpt_dag.from_backbone import backbone_alone

FORM = PlanFormat(1, 4, [], ["add", "identity", "multiply", "subtract"])
ASKED = Prompt("12 plus 30?", ("add", "12", "30"))
TALK = Prompt("Hello!", None, "talk", False)
END = "<|endoftext|>"
LINES = {
    ASKED.text: " It is 99.5, or so." + END,
    ASKED.text + " It is 42": "9 or so. 42 + 1 = 44." + END,
    ASKED.text + " It is 42 or so. 42 + 1 = 43": ". Bye, and thank you very much",
    TALK.text: " I have 3 cats." + END,
}


class Talker(GenerationMixin):
    """Says what it is told to, behind each text."""

    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self, tokenizer, lines: dict[str, str]):
        self.tokenizer, self.lines, self.heard = tokenizer, lines, []

    def eval(self):
        return self

    def forward(self, input_ids):
        raise AssertionError("it is told what to say")

    def generate(self, input_ids, attention_mask, max_new_tokens, **options):
        rows = []
        for row, mask in zip(input_ids, attention_mask, strict=True):
            text = self.tokenizer.decode(row[mask.bool()])
            self.heard.append(text)
            written = self.tokenizer(self.lines[text], add_special_tokens=False)["input_ids"][:max_new_tokens]
            rows.append(torch.cat([row, torch.tensor(written)]))
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.tokenizer.pad_token_id)


def test_the_backbone_goes_on_behind_each_number_that_is_mended(tokenizer, tmp_path):
    talker = Talker(tokenizer, LINES)
    asked, talk = BackboneWriter(talker, tokenizer, 40).replies([ASKED, TALK], tmp_path / "replies.jsonl")
    assert asked.text == ASKED.text + " It is 42 or so. 42 + 1 = 43."
    assert [asked.text[each.start : each.end] for each in asked.calculations] == ["42", "43"]
    assert asked.prompt_length == len(ASKED.text)
    assert talk.text == TALK.text + LINES[TALK.text] and talk.calculations == []
    # Only what was mended is written anew.
    assert sorted(talker.heard) == sorted(LINES)


def test_an_interrupted_run_writes_only_what_is_missing(tokenizer, tmp_path):
    def replies(lines: dict[str, str], **settings):
        talker = Talker(tokenizer, lines)
        writer = BackboneWriter(talker, tokenizer, 40, **settings)
        texts = writer.replies([ASKED, TALK], tmp_path / "replies.jsonl")
        return texts, talker.heard

    first, _ = replies(LINES)
    again, heard = replies({})
    assert again == first and heard == []
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().splitlines()[0] + '\n[1, "brok')
    again, heard = replies(LINES)
    assert again == first and heard
    assert replies(LINES, seed=1)[1]  # of other settings nothing is taken over
    assert len(list(tmp_path.iterdir())) == 2


def test_replies_are_examples_with_plans_and_those_without_a_calculation_stay(tokenizer, tmp_path):
    (tmp_path / "prompts.csv").write_text("prompt\n12 + 30?\nHello!\n")
    talker = Talker(tokenizer, {"12 + 30?": " 12 + 30 = 42." + END, "Hello!": LINES[TALK.text]})
    args = AttachArguments(
        backbone="talker", num_replies=5, prompts=[str(tmp_path / "prompts.csv")], prompt_shares={"files": 1}
    )
    writer = BackboneWriter(talker, tokenizer, 40)
    examples = reply_examples(writer, args, FORM, tmp_path, seed=0)
    labels = {tokenizer.decode([token for token in example.labels if token != -100]) for example in examples}
    assert labels == {"42", ""}
    assert [bool(example.plans) for example in examples].count(True) == 1
    assert reply_examples(writer, AttachArguments(backbone=""), FORM, tmp_path, seed=0) == []


def test_prose_begins_as_ours_goes_on_as_the_backbones_and_needs_no_chat_template(tokenizer, tmp_path):
    class Chronicler(Talker):
        def generate(self, input_ids, attention_mask, max_new_tokens, **options):
            assert options["do_sample"]
            self.lines = dict.fromkeys(self._texts(input_ids, attention_mask), " 1904. Then 3 + 4 = 7." + END)
            return super().generate(input_ids, attention_mask, max_new_tokens, **options)

        def _texts(self, input_ids, attention_mask):
            return [
                self.tokenizer.decode(row[mask.bool()]) for row, mask in zip(input_ids, attention_mask, strict=True)
            ]

    without = copy.deepcopy(tokenizer)
    without.chat_template = None
    args = AttachArguments(backbone="", num_prose_texts=6)
    examples = prose_examples(BackboneWriter(Chronicler(without, {}), without, 40), args, FORM, tmp_path, seed=0)
    assert len(examples) == 6
    for example in examples:
        assert without.decode(example.input_ids).endswith(" 1904. Then 3 + 4 = 7." + END)
        assert without.decode([token for token in example.labels if token != -100]) == "7"


def test_a_backbone_that_computes_nothing_is_refused(tokenizer, tmp_path):
    (tmp_path / "prompts.csv").write_text("prompt\nHello!\n")
    args = AttachArguments(
        backbone="talker", num_replies=5, prompts=[str(tmp_path / "prompts.csv")], prompt_shares={"files": 1}
    )
    talker = Talker(tokenizer, LINES)
    with pytest.raises(ValueError, match="talker writes no calculation in 1 replies .* --num_generated_texts"):
        reply_examples(BackboneWriter(talker, tokenizer, 40), args, FORM, tmp_path, seed=0)


def test_prompts_need_a_chat_template(tokenizer, tmp_path):
    without = copy.deepcopy(tokenizer)
    without.chat_template = None
    with pytest.raises(ValueError, match="has no chat template"):
        BackboneWriter(Talker(tokenizer, {}), without, 40).replies([ASKED], tmp_path / "replies.jsonl")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prompt_shares": {"jokes": 1}}, "prompt_shares has 'jokes': must be one of questions, wordings"),
        ({"sampled_reply_share": 2}, "sampled_reply_share=2: is a share"),
        ({"reply_tokens": 0}, "reply_tokens=0: must be at least 1"),
    ],
)
def test_options_that_cannot_be_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        AttachArguments(backbone="", **given)


@pytest.mark.parametrize("family", ["gpt2", "smollm2", "pythia"])
def test_the_backbone_alone_is_what_it_was(tokenizer, family):
    backbone = make_backbone(family)
    model = attach(backbone, tokenizer)
    alone = backbone_alone(model)
    ids = torch.tensor([tokenizer("12 + 30 = 42")["input_ids"]])
    assert torch.equal(alone(ids).logits, backbone(ids).logits)
    assert all(parameter.device.type == "cpu" for parameter in alone.parameters())


def test_a_frozen_head_gets_hidden_states_that_it_need_not_copy_its_weight_for(tokenizer):
    """A slice of them: PyTorch multiplies it row by row, with a copy of the weight for each."""
    alone = backbone_alone(attach(make_backbone("smollm2"), tokenizer).freeze_backbone())
    given = []
    alone.get_output_embeddings().register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    continuations(alone, tokenizer, ["12 + 30 = ", "12 + 3 = "], 2)
    assert [tuple(hidden.shape[:2]) for hidden in given] == [(2, 1), (2, 1)]
    assert all(hidden.is_contiguous() for hidden in given)
