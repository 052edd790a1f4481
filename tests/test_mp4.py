"""An .mp4 is what the standard says, by a reader of boxes that knows nothing of the writer."""

import base64
import struct

import numpy as np
import pytest
from PIL import features

from apps.workshop.browser import browser
from voxnca import FileError
from voxnca.export.av1 import PIECE
from voxnca.export.movie import encode_mp4
from voxnca.export.pictures import SOFT_BACKGROUND

PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl"}
LONG = 2 * PIECE + 10
LOOK = """async ([source, seconds]) => {
    const video = document.createElement("video");
    const event = name => new Promise((done, failed) => {
        video["on" + name] = done;
        video.onerror = () => failed(new Error(video.error.message));
    });
    const loaded = event("loadeddata");
    video.src = source;
    await loaded;
    const seeked = event("seeked");
    video.currentTime = seconds;
    await seeked;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext("2d");
    // On a busy machine the frame is known before it can be drawn: until then all is black.
    const isBlack = pixels => pixels.every((value, i) => i % 4 === 3 || value === 0);
    let data = [];
    do {
        await new Promise(done => setTimeout(done, 10));
        context.drawImage(video, 0, 0);
        ({data} = context.getImageData(0, 0, canvas.width, canvas.height));
    } while (isBlack(data));
    const ended = event("ended");
    [video.muted, video.currentTime] = [true, 0];
    await video.play();
    await ended;
    return [video.duration, canvas.width, canvas.height, Array.from(data)];
}"""


def blocks(count):
    """Return frames, 12 by 16, of a block, each of a colour of its own."""
    frames = np.zeros((count, 12, 16, 4), np.uint8)
    colours = np.random.default_rng(0).integers(0, 256, (count, 3))
    frames[:, 2:9, 3:, :3] = colours[:, None, None]
    frames[:, 2:9, 3:, 3] = 255
    return list(frames)


def boxes(content, start=0, end=None, path=b""):
    """Give the path, the first byte and the inside of every box."""
    end = len(content) if end is None else end
    while start < end:
        size, name = struct.unpack_from(">I4s", content, start)
        assert 8 <= size <= end - start
        yield path + name, start, content[start + 8 : start + size]
        if name in PARENTS:
            yield from boxes(content, start + 8, start + size, path + name + b"/")
        start += size


def numbers(box, at):
    return struct.unpack_from(f">{(len(box) - at) // 4}I", box, at)


@pytest.mark.parametrize("count", [1, 2, PIECE, PIECE + 1, LONG])
@pytest.mark.parametrize(("fps", "units", "lasts"), [(20, 20, 1), (29.97, 2997, 100), (1, 1, 1)])
def test_its_boxes_tell_of_every_frame_once(count, fps, units, lasts):
    content = encode_mp4(blocks(count), fps=fps, size_px=32)
    found = {path: inside for path, _, inside in boxes(content)}
    assert len(found) == len(list(boxes(content)))
    assert [path for path in found if b"/" not in path] == [b"ftyp", b"moov", b"mdat"]
    assert found[b"ftyp"][:4] == b"isom"
    media = b"moov/trak/mdia/"
    table = media + b"minf/stbl/"
    assert found[media + b"hdlr"][8:12] == b"vide"
    assert found[table + b"stsd"][12:16] == b"av01"
    assert b"av1C" in found[table + b"stsd"]
    assert numbers(found[b"moov/mvhd"], 12)[:2] == (units, count * lasts)
    assert numbers(found[media + b"mdhd"], 12)[:2] == (units, count * lasts)
    assert numbers(found[b"moov/trak/tkhd"], 20)[0] == count * lasts
    assert numbers(found[b"moov/trak/tkhd"], 76) == (32 << 16, 24 << 16)
    assert numbers(found[table + b"stts"], 4) == (1, count, lasts)
    assert numbers(found[table + b"stsc"], 4) == (1, 1, count, 1)
    uniform, told, *sizes = numbers(found[table + b"stsz"], 4)
    assert (uniform, told, len(sizes), sum(sizes)) == (0, count, count, len(found[b"mdat"]))
    start = next(start for path, start, _ in boxes(content) if path == b"mdat")
    assert numbers(found[table + b"stco"], 4) == (1, start + 8)


def test_a_key_frame_is_where_a_decoder_can_begin():
    content = encode_mp4(blocks(LONG), size_px=32)
    found = {path: inside for path, _, inside in boxes(content)}
    table = b"moov/trak/mdia/minf/stbl/"
    _, *keys = numbers(found[table + b"stss"], 4)
    assert keys == [1, PIECE + 1, 2 * PIECE + 1]
    _, _, *sizes = numbers(found[table + b"stsz"], 4)
    at = np.cumsum([0, *sizes])
    for key in keys:
        sample = found[b"mdat"][at[key - 1] : at[key]]
        assert sample[0] >> 3 & 15 == 1  # a sequence header is what a key frame begins with


def test_every_frame_is_that_of_its_place(decode_mp4):
    frames = blocks(LONG)
    shown = decode_mp4(encode_mp4(frames, size_px=64))
    assert len(shown) == LONG
    for frame, drawn in zip(shown, frames, strict=True):
        inside = frame[12:32, 16:60].mean((0, 1))
        np.testing.assert_allclose(inside, drawn[5, 5, :3], atol=10)


def test_frames_that_have_nothing_in_common_are_kept_too(decode_mp4):
    noise = np.random.default_rng(0).integers(0, 256, (4, 40, 40, 4)).astype(np.uint8)
    noise[..., 3] = 255
    assert len(decode_mp4(encode_mp4(list(noise), size_px=40))) == 4


def test_the_same_frames_make_the_same_file():
    assert encode_mp4(blocks(5), size_px=32) == encode_mp4(blocks(5), size_px=32)


def test_a_pillow_without_avif_is_one_line_with_a_remedy(monkeypatch):
    monkeypatch.setattr(features, "check", lambda feature: feature != "avif")
    with pytest.raises(FileError, match=r"write a \.gif, or install pillow>=11\.3"):
        encode_mp4(blocks(2))


def test_a_browser_plays_it_and_finds_the_middle():
    count, fps = LONG, 30
    frames = blocks(count)
    content = encode_mp4(frames, fps=fps, size_px=160)
    source = "data:video/mp4;base64," + base64.b64encode(content).decode()
    middle = count // 2
    with browser() as chromium:
        seconds = (middle + 0.5) / fps
        duration, *size, pixels = chromium.new_page().evaluate(LOOK, [source, seconds])
    assert duration == pytest.approx(count / fps, abs=1e-5)
    assert size == [160, 120]
    shown = np.array(pixels).reshape(120, 160, 4)[..., :3]
    inside, outside = shown[25:85, 35:155], shown[95:]
    np.testing.assert_allclose(inside.mean((0, 1)), frames[middle][5, 5, :3], atol=6)
    np.testing.assert_allclose(outside.mean((0, 1)), SOFT_BACKGROUND, atol=3)
