"""Lets the CUDA build of torchvision import beside a CPU torch; for the test environment only.

The wheel's C extension does not load there, and its import fails with "operator torchvision::nms
does not exist", because `torchvision._meta_registrations` refers to operators that the extension
would have declared. Declaring them is enough to import it, and all of ``transforms`` works.

`make test-vllm` copies this file into the environment's site-packages, beside a ``.pth`` file that
imports it, since vLLM looks at models in processes of its own.
"""

import sys
from importlib.abc import MetaPathFinder

_BOXES = "Tensor rois, float spatial_scale, int pooled_height, int pooled_width"
_BACK = "Tensor grad, Tensor rois"
_SIZES = (
    "float spatial_scale, int pooled_height, int pooled_width, "
    "int batch_size, int channels, int height, int width"
)
_DEFORM = (
    "Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, "
    "int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, "
    "int groups, int offset_groups, bool use_mask"
)
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    f"roi_align(Tensor input, {_BOXES}, int sampling_ratio, bool aligned) -> Tensor",
    f"roi_pool(Tensor input, {_BOXES}) -> (Tensor, Tensor)",
    f"ps_roi_align(Tensor input, {_BOXES}, int sampling_ratio) -> (Tensor, Tensor)",
    f"ps_roi_pool(Tensor input, {_BOXES}) -> (Tensor, Tensor)",
    f"_roi_align_backward({_BACK}, {_SIZES}, int sampling_ratio, bool aligned) -> Tensor",
    f"_roi_pool_backward({_BACK}, Tensor argmax, {_SIZES}) -> Tensor",
    f"_ps_roi_align_backward({_BACK}, Tensor mapping, {_SIZES}, int sampling_ratio) -> Tensor",
    f"_ps_roi_pool_backward({_BACK}, Tensor mapping, {_SIZES}) -> Tensor",
    f"deform_conv2d({_DEFORM}) -> Tensor",
    f"_deform_conv2d_backward(Tensor grad, {_DEFORM}) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
)


class DeclareOperators(MetaPathFinder):
    """Declares the operators when torchvision is first imported, and finds nothing itself."""

    library = None

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            import torch

            if torch.version.cuda is None and torch.version.hip is None:
                DeclareOperators.library = torch.library.Library("torchvision", "DEF")
                for schema in SCHEMAS:
                    DeclareOperators.library.define(schema)
        return None


sys.meta_path.insert(0, DeclareOperators())
