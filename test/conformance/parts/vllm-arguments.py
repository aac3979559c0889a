"""Reads argument lists with vLLM's own parser and engine configuration, and says of each whether it is taken.

stdin: a JSON list of { id, args, config }, of which `config` is the config.json of the model that `args` begins with.
stdout: { answers, quantizations }; an answer is { id, stage, error }, both null where the list is taken. No GPU, no weights, no network.
"""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile

os.environ.update(VLLM_LOGGING_LEVEL="ERROR", HF_HUB_OFFLINE="1", VLLM_NO_USAGE_STATS="1", CUDA_VISIBLE_DEVICES="")

import vllm.platforms as platforms
from vllm.platforms.cpu import CpuPlatform

platforms._current_platform = CpuPlatform()

import vllm.config.parallel as parallel


class WithCuda(CpuPlatform):
    def is_cuda_alike(self) -> bool:
        return True


# It asks there alone whether experts may move between cards.
parallel.current_platform = WithCuda()

from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.entrypoints.common.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS
from vllm.reasoning import ReasoningParserManager
from vllm.utils.argparse_utils import FlexibleArgumentParser


def first_fault(args: list[str], folder: pathlib.Path) -> tuple[str, str] | None:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parsed = make_arg_parser(FlexibleArgumentParser()).parse_args(args)
    except SystemExit:
        return "parser", said.getvalue().strip().splitlines()[-1]
    except Exception as error:
        return "parser", f"{type(error).__name__}: {error}"
    try:
        validate_parsed_serve_args(parsed)
        parsed.model = str(folder)
        # It reads words of the tokenizer when it is made: here its name must do.
        if parsed.reasoning_parser:
            ReasoningParserManager.get_reasoning_parser(parsed.reasoning_parser)
            parsed.reasoning_parser = ""
        engine = AsyncEngineArgs.from_cli_args(parsed)
        # There are no tokens to count, and so nothing to load for counting them.
        engine.skip_tokenizer_init = True
        engine.create_engine_config(headless=parsed.headless)
    except Exception as error:
        return "engine", f"{type(error).__name__}: {error}"
    return None


def main() -> None:
    answers = []
    with tempfile.TemporaryDirectory() as home:
        for number, asked in enumerate(json.load(sys.stdin)):
            folder = pathlib.Path(home, str(number))
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps(asked["config"]))
            with contextlib.redirect_stdout(sys.stderr):
                stage, error = first_fault(asked["args"], folder) or (None, None)
            answers.append({"id": asked["id"], "stage": stage, "error": error})
    json.dump({"answers": answers, "quantizations": sorted(QUANTIZATION_METHODS)}, sys.stdout)


main()
