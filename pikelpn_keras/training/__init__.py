"""Training of quantized models as the quoted results were trained."""

from pikelpn_keras.training.distillation import distilling
from pikelpn_keras.training.recipe import fit_recipe
from pikelpn_keras.training.settings import FitRecipe

__all__ = ["FitRecipe", "distilling", "fit_recipe"]
