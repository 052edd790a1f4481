"""Pictures in a terminal, held against pixels that were drawn by hand."""

import numpy as np
from PIL import Image
from rich.color import Color

from apps.halfblocks import half_blocks


def test_half_blocks_show_every_pixel_and_leave_out_the_clear_ones():
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[0, 0] = 255, 0, 0, 255
    pixels[1, 1] = 0, 255, 0, 255
    pixels[2:, 2] = (0, 0, 255, 255), (9, 9, 9, 255)
    pixels[3, 3] = 255, 255, 255, 90
    text = half_blocks(Image.fromarray(pixels), 4)
    assert text.plain == "▀▄  \n  ▀ "
    red, green, blue, dark = (
        Color.from_rgb(*c) for c in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9))
    )
    drawn = [(span.style.color, span.style.bgcolor) for span in text.spans if span.style]
    assert drawn == [(red, None), (green, None), (blue, dark)]


def test_half_blocks_centre_a_picture_that_is_not_square():
    wide = half_blocks(Image.new("RGBA", (40, 20), "red"), 8).plain.split("\n")
    assert wide == [" " * 8, "▀" * 8, "▀" * 8, " " * 8]
