"""Neural cellular automata in 2D and 3D: grow, wound, heal, train, on an ordinary computer."""

from voxnca import wounds
from voxnca.checkpoint import load, save
from voxnca.conditions import Environment
from voxnca.config import (
    DamageConfig,
    ModelConfig,
    OptimizerConfig,
    RolloutConfig,
    SettleConfig,
    TaskConfig,
    TrainConfig,
)
from voxnca.engines.threads import get_num_threads, set_num_threads
from voxnca.errors import ArgumentError, FileError, TrainingError, VoxncaError
from voxnca.evaluation import evaluate
from voxnca.grid import Rows, common_space, seed, seed_rows, solid, to_rgba, training_space
from voxnca.integer import to_integer
from voxnca.model import NCA, LearnedRule, ModelInfo
from voxnca.morphing import morphs
from voxnca.quality import Quality
from voxnca.recipes import recipe
from voxnca.rollout import Rollout
from voxnca.shipped import data_path, model_names
from voxnca.targets import Target, load_target, target_names
from voxnca.training import Training, TrainStep, train
from voxnca.version import __version__

__all__ = [
    "NCA",
    "ArgumentError",
    "DamageConfig",
    "Environment",
    "FileError",
    "LearnedRule",
    "ModelConfig",
    "ModelInfo",
    "OptimizerConfig",
    "Quality",
    "Rollout",
    "RolloutConfig",
    "Rows",
    "SettleConfig",
    "Target",
    "TaskConfig",
    "TrainConfig",
    "TrainStep",
    "Training",
    "TrainingError",
    "VoxncaError",
    "__version__",
    "common_space",
    "data_path",
    "evaluate",
    "get_num_threads",
    "load",
    "load_target",
    "model_names",
    "morphs",
    "recipe",
    "save",
    "seed",
    "seed_rows",
    "set_num_threads",
    "solid",
    "target_names",
    "to_integer",
    "to_rgba",
    "train",
    "training_space",
    "wounds",
]
