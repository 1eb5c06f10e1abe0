"""One line a kind of control plane that can be pulled."""

from collections.abc import Mapping
from typing import Final

from stanch.controls.alertmanager import Alertmanager
from stanch.controls.base import Kind
from stanch.controls.http import Http
from stanch.controls.langfuse import Langfuse
from stanch.controls.launchdarkly import LaunchDarkly
from stanch.controls.litellm import Litellm
from stanch.controls.mlflow import Mlflow
from stanch.controls.phoenix import Phoenix
from stanch.controls.practice_ai import PracticeAi
from stanch.controls.unleash import Unleash

ADAPTERS: Final[Mapping[str, Kind]] = {
    "alertmanager": Alertmanager,
    "http": Http,
    "langfuse": Langfuse,
    "launchdarkly": LaunchDarkly,
    "litellm": Litellm,
    "mlflow": Mlflow,
    "phoenix": Phoenix,
    "practice_ai": PracticeAi,
    "unleash": Unleash,
}
