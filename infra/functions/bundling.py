"""The bundle as the CDK takes it: made once for both stages, and again only after a change."""

from pathlib import Path
from typing import Any

import jsii
from aws_cdk import BundlingOptions, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.functions import bundle
from infra.functions.functions import ARCHITECTURE, RUNTIME

PYTHON = RUNTIME.name.removeprefix("python")
PLATFORM = f"{ARCHITECTURE.name}-manylinux_2_28"
"""The newest that all our packages have wheels for; Lambda's own Linux has glibc 2.34."""


def function_code() -> lambda_.Code:
    """Return the bundle, built on this machine without Docker.

    The CDK asks for it when a stack needs it, so neither `cdk ls` nor `cdk destroy` does.
    """
    return lambda_.Code.from_asset(
        str(bundle.ROOT / "api_lambda"),
        asset_hash=bundle.fingerprint(python=PYTHON, platform=PLATFORM),
        bundling=BundlingOptions(image=RUNTIME.bundling_image, local=_Here()),
    )


@jsii.implements(ILocalBundling)
class _Here:
    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:  # noqa: ANN401 - for Docker
        """Make the bundle in `output_dir`; False would have the CDK start Docker."""
        bundle.build(Path(output_dir), python=PYTHON, platform=PLATFORM)
        bundle.compile_modules(Path(output_dir), python=PYTHON)
        return True
