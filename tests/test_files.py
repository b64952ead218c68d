"""Attachments: what comes in is what its name says, says nothing about places, is stored once, and is found
again."""

import errno
import hashlib
import io
import os
import struct
import threading
import zipfile
import zlib
from pathlib import Path

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from cs.files.images import cleaned_picture
from cs.files.store import FILE_MESSAGES, FILE_TYPES, FileRefused, FileStore, NoSuchFile, clean_name

GPS = {1: "N", 2: (22.0, 49.0, 12.0), 3: "E", 4: (113.0, 48.0, 1.0)}
RED, BLUE = (200, 20, 20), (20, 20, 200)


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "files", max_bytes=2 * 1024 * 1024, max_pixels=4_000_000)


def photo(size=(400, 300), orientation: int | None = 6) -> Image.Image:
    """A picture, red on its left half and blue on its right, with a place, a camera and an orientation as
    EXIF."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    if orientation:
        exif = picture.getexif()
        exif[0x0112], exif[0x010F] = orientation, "SecretCamera"
        exif.get_ifd(0x8825).update(GPS)
    return picture


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    exif = {"exif": picture.getexif()} if len(picture.getexif()) else {}
    picture.save(file, kind, **exif, **options)
    return file.getvalue()


def office(folder: str, **parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/main.xml", "<x/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def accept(store: FileStore, content: bytes, name: str):
    return store.accept(io.BytesIO(content), name)


def refusal(store: FileStore, content: bytes, name: str) -> FileRefused:
    """The refusal of this file; nothing of it may be left on the disk."""
    with pytest.raises(FileRefused) as caught:
        accept(store, content, name)
    message, params = caught.value.describe()
    assert (bool(message % params), kept(store)) == (True, [])
    return caught.value


def kept(store: FileStore) -> list[str]:
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def stored_picture(store: FileStore, sha256: str) -> Image.Image:
    with store.open(sha256) as file:
        picture = Image.open(io.BytesIO(file.read()))
        picture.load()
        return picture


def colours(picture: Image.Image) -> list[tuple[int, int, int]]:
    """What the top and the bottom of a picture show."""
    return [min((RED, BLUE), key=lambda c: abs(c[0] - picture.getpixel((150, y))[0])) for y in (50, 350)]


# Photographs


def test_a_photograph_is_stored_upright_and_without_its_place(store):
    content = saved(photo(), "JPEG")
    stored = accept(store, content, "IMG_0001.JPG")
    picture = stored_picture(store, stored.sha256)
    assert (b"SecretCamera" in content, b"SecretCamera" in store.path(stored.sha256).read_bytes()) == (
        True,
        False,
    )
    assert (stored.name, stored.mime, stored.is_image) == ("IMG_0001.jpg", "image/jpeg", True)
    assert (stored.width, stored.height, picture.size, dict(picture.getexif())) == (300, 400, (300, 400), {})
    # Orientation 6 is shown turned right: what was at the left is at the top.
    assert colours(picture) == [RED, BLUE]


def test_a_jpeg_without_notes_is_stored_byte_for_byte(store):
    content = saved(photo(orientation=None), "JPEG", icc_profile=srgb())
    stored = accept(store, content, "a.jpg")
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_photograph_keeps_its_colours(store):
    stored = accept(store, saved(photo(), "JPEG", icc_profile=srgb()), "a.jpg")
    assert stored_picture(store, stored.sha256).info["icc_profile"] == srgb()


def jpeg_with(place: str) -> bytes:
    """A JPEG that hides a place beside its picture in this way."""
    plain = saved(photo(orientation=None), "JPEG")
    if place == "comment":
        return saved(photo(orientation=None), "JPEG", comment=b"N22.82 E113.80")
    if place == "xmp":
        return saved(photo(orientation=None), "JPEG", xmp=b"<x>N22.82 E113.80</x>")
    if place == "film after the end":
        return plain + box(b"ftyp", b"mp42") + b"N22.82 E113.80"
    second = photo((40, 30))
    file = io.BytesIO()
    photo(orientation=None).save(file, "MPO", save_all=True, append_images=[second], exif=second.getexif())
    return file.getvalue() + b"N22.82"


@pytest.mark.parametrize("place", ["comment", "xmp", "film after the end", "second picture"])
def test_a_place_is_found_wherever_a_jpeg_hides_it(store, place):
    content = jpeg_with(place)
    stored = accept(store, content, "a.jpg")
    kept_content = store.path(stored.sha256).read_bytes()
    assert [(b"N22.82" in c or b"SecretCamera" in c) for c in (content, kept_content)] == [True, False]
    assert stored_picture(store, stored.sha256).format == "JPEG"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_place_in_a_png_or_webp_is_taken_out_and_the_picture_stays(store, kind):
    notes = PngInfo()
    notes.add_itxt("Location", "N22.82 E113.80")
    content = saved(
        photo(), kind, xmp=b"N22.82", **({"pnginfo": notes} if kind == "PNG" else {"lossless": True})
    )
    stored = accept(store, content, f"a.{kind.lower()}")
    kept_content = store.path(stored.sha256).read_bytes()
    assert [[word in c for word in (b"SecretCamera", b"N22.82")] for c in (content, kept_content)] == [
        [True, True],
        [False, False],
    ]
    assert (stored.mime, stored_picture(store, stored.sha256).size) == (f"image/{kind.lower()}", (300, 400))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_follows_the_end_of_a_png_or_webp_is_cut_off(store, kind):
    stored = accept(store, saved(photo(orientation=None), kind) + b"N22.82", f"a.{kind.lower()}")
    assert b"N22.82" not in store.path(stored.sha256).read_bytes()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_png_or_webp_without_notes_is_stored_byte_for_byte(store, kind):
    content = saved(photo(orientation=None), kind)
    stored = accept(store, content, f"a.{kind.lower()}")
    assert stored.sha256 == hashlib.sha256(content).hexdigest()


def test_a_transparent_png_with_notes_stays_transparent(store):
    picture = Image.new("RGBA", (9, 9), (1, 2, 3, 4))
    notes = PngInfo()
    notes.add_text("Comment", "x")
    stored = accept(store, saved(picture, "PNG", pnginfo=notes), "a.png")
    assert stored_picture(store, stored.sha256).getpixel((0, 0)) == (1, 2, 3, 4)


def test_a_heic_of_an_ipad_is_stored_as_jpeg(store):
    file = io.BytesIO()
    photo(orientation=None).save(file, "HEIF", quality=80, exif=photo().getexif().tobytes())
    stored = accept(store, file.getvalue(), "照片😀.HEIC")
    picture = stored_picture(store, stored.sha256)
    assert (stored.name, stored.mime, picture.format) == ("照片😀.jpg", "image/jpeg", "JPEG")
    assert (picture.size, dict(picture.getexif()), colours(picture)) == ((300, 400), {}, [RED, BLUE])


def test_a_bitmap_is_stored_as_png(store):
    stored = accept(store, saved(photo(orientation=None), "BMP"), "screen.bmp")
    assert (stored.name, stored.mime, stored.width) == ("screen.png", "image/png", 400)


def test_a_picture_under_another_pictures_name_gets_its_own_ending(store):
    assert accept(store, saved(photo(orientation=None), "PNG"), "微信图片.jpg").name == "微信图片.png"
    assert accept(store, saved(photo(orientation=None), "JPEG"), "a.jpeg").name == "a.jpeg"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_picture_cut_in_the_middle_is_refused(store, kind):
    content = saved(Image.effect_noise((300, 300), 90), kind)
    assert refusal(store, content[: len(content) // 2], f"a.{kind.lower()}").code == "damaged_picture"


def test_a_heic_cut_in_the_middle_is_refused(store):
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((300, 300), 90).convert("RGB")).save(file)
    assert refusal(store, file.getvalue()[: len(file.getvalue()) // 2], "a.heic").code == "damaged_picture"


@pytest.mark.parametrize("size", [(2001, 2000), (30_000, 30_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(store, monkeypatch, size):
    def part(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = part(b"IHDR", struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", zlib.compress(bytes(99))) + part(b"IEND", b"")
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    refused = refusal(store, content, "a.png")
    assert (refused.code, refused.params) == ("too_many_pixels", {"megapixels": 4})


# Other files


DOCUMENTS = {
    "报告.pdf": b"%PDF-1.7\n...",
    "8D.docx": office("word"),
    "表.xlsx": office("xl"),
    "a.pptx": office("ppt"),
    "旧.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "旧.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "说明.txt": "噪音在 80 km/h 时出现".encode("gb18030"),
    "a.csv": "型号,数量\r\n𠮷,1".encode("utf-16"),
    "短片.mp4": box(b"ftyp", b"isom") + box(b"mdat", b"film"),
    "a.mov": box(b"ftyp", b"qt  ") + box(b"mdat", b"film"),
    "异响.m4a": box(b"ftyp", b"M4A ") + box(b"mdat", b"sound"),
    "异响.mp3": b"ID3\x04\x00" + bytes(40),
    "b.mp3": b"\xff\xfb\x90\x64" + bytes(40),
    "异响.wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "a.amr": b"#!AMR\n" + bytes(40),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_film_or_sound_is_stored_as_it_is(store, name):
    stored = accept(store, DOCUMENTS[name], name)
    with store.open(stored.sha256) as file:
        assert file.read() == DOCUMENTS[name]
    assert (stored.name, stored.size, stored.is_image) == (name, len(DOCUMENTS[name]), False)


def test_a_locked_workbook_is_stored_under_its_new_name(store):
    assert accept(store, DOCUMENTS["旧.xls"], "加密.xlsx").mime.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("ending", sorted(FILE_TYPES))
def test_a_program_under_any_other_name_is_refused(store, ending):
    program = b"MZ\x90\x00\x03" + bytes(range(256)) * 4
    refused = refusal(store, program, f"photo.{ending}")
    assert (refused.code, refused.params) == ("type_mismatch", {"ending": ending})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", saved(photo(), "JPEG")),
        ("a.docx", office("xl")),
        ("a.xlsx", b"PK\x03\x04 no zip"),
        ("a.mp4", b"\0\0\0\x18ftypheic"),
        ("a.mp4", b"\0\0\0\x18ftypavif"),
        ("a.wav", b"RIFF\0\0\0\0WEBP"),
        ("a.mp3", b"\xff\xd8\xff\xe0" + bytes(9)),
        ("a.txt", b"a\0b"),
        ("a.txt", b"\xff\xff\xff"),
        ("a.jpg", b"<svg/>"),
        ("a.png", b"<html>"),
        ("a.jpg", b"GIF89a"),
    ],
)
def test_content_of_another_kind_is_refused(store, name, content):
    assert refusal(store, content, name).code == "type_mismatch"


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.exe", "a.jpg.exe", "readme", ".jpg", "a.", "", "a.zip", "fdp\u202egpj.exe"]
)
def test_a_kind_that_is_not_allowed_is_refused(store, name):
    assert refusal(store, saved(photo(), "JPEG"), name).code == "type_not_allowed"


def test_a_setting_may_allow_fewer_kinds_and_never_svg_or_html(tmp_path):
    store = FileStore(tmp_path, {"jpg": "picture", "pdf": "pdf"})
    refused = refusal(store, DOCUMENTS["说明.txt"], "说明.TXT")
    assert refused.params == {"ending": ".TXT", "endings": "jpg pdf"}
    assert refusal(store, saved(photo(orientation=None), "PNG"), "a.jpg").code == "type_mismatch"
    for ending in ("svg", "html", "exe"):
        with pytest.raises(ValueError, match="never be allowed"):
            FileStore(tmp_path, {ending: "picture"})


def test_a_zip_bomb_under_the_name_of_a_workbook_is_refused(tmp_path):
    store = FileStore(tmp_path)
    bomb = office("xl", **{"xl/a.xml": bytes(30 * 1024 * 1024)})
    assert (len(bomb) < 40_000, refusal(store, bomb, "a.xlsx").code) == (True, "zip_bomb")


def test_the_place_in_a_film_is_overwritten_and_its_size_stays(store):
    film = box(b"trak", box(b"tkhd", b"t"), box(b"meta", b"+22.82+113.80/"))
    content = b"".join(
        [
            box(b"ftyp", b"qt  "),
            box(b"moov", box(b"mvhd", b"m"), film, box(b"udta", box(b"\xa9xyz", b"+22.82+113.80/"))),
            box(b"mdat", b"the film"),
            struct.pack(">I4sQ", 1, b"uuid", 30) + b"+22.82+113.80/",
        ]
    )
    stored = accept(store, content, "IMG_0002.MOV")
    cleaned_content = store.path(stored.sha256).read_bytes()
    assert (content.count(b"+22.82"), cleaned_content.count(b"+22.82"), stored.size) == (3, 0, len(content))
    assert cleaned_content.count(b"free") == 3
    assert [cleaned_content.index(kind) for kind in (b"mvhd", b"tkhd", b"mdat", b"the film")] == [
        content.index(kind) for kind in (b"mvhd", b"tkhd", b"mdat", b"the film")
    ]


# Size and disk


def test_an_empty_file_is_refused(store):
    assert refusal(store, b"", "a.jpg").code == "empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"x"),
        ("a.txt", b" \r\n\t \x0c   "),
        ("a.txt", b"\xef\xbb\xbf" + b"ok" + b"\n" * 50),
        ("a.csv", ",,;,\n".encode("utf-16")),
        ("a.pdf", b"%PDF-"),
        ("a.mp3", b"ID3"),
        ("a.amr", b"#!AMR"),
    ],
)
def test_a_file_with_next_to_nothing_in_it_is_refused(store, name, content):
    assert refusal(store, content, name).code == "too_little"


def test_a_few_words_are_enough(store):
    assert accept(store, "检验合格".encode(), "a.txt").size == 12


def test_a_30_mb_photo_is_refused_and_read_no_further_than_the_limit(store):
    stream = io.BytesIO(saved(photo(), "JPEG") + bytes(30 * 1024 * 1024))
    with pytest.raises(FileRefused) as caught:
        store.accept(stream, "a.jpg")
    assert (caught.value.code, caught.value.params, kept(store)) == ("too_big", {"megabytes": 2}, [])
    assert stream.tell() <= store.max_bytes + 64 * 1024


def test_a_file_of_exactly_the_limit_is_stored(store):
    content = b"%PDF-" + bytes(store.max_bytes - 5)
    assert accept(store, content, "a.pdf").size == store.max_bytes


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf"])
def test_a_full_disk_is_a_refusal_that_leaves_nothing(store, monkeypatch, name):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    content = saved(photo(), "JPEG") if name == "a.jpg" else DOCUMENTS["报告.pdf"]
    assert refusal(store, content, name).code == "disk_full"


def test_another_fault_of_the_disk_is_not_called_full(store, monkeypatch):
    def broken(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        accept(store, DOCUMENTS["报告.pdf"], "a.pdf")
    assert kept(store) == []


def test_what_a_killed_process_left_is_removed_after_a_day(store):
    old, new = store.folder / "incoming" / "old.part", store.folder / "incoming" / "new.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (0, 0))
    FileStore(store.folder)
    assert kept(store) == ["new.part"]


# The store


def test_the_same_content_is_stored_once_under_any_name(store):
    first, second = (accept(store, saved(photo(), "JPEG"), name) for name in ("a.jpg", "b.jpg"))
    assert (first.sha256, first.name, second.name) == (second.sha256, "a.jpg", "b.jpg")
    assert kept(store) == [first.sha256]


def test_many_threads_may_store_and_look_at_once(store):
    contents = [saved(photo((100 + n % 3, 80)), "JPEG") for n in range(12)]
    found, threads = [], []

    def work(content: bytes) -> None:
        stored = accept(store, content, "a.jpg")
        found.append((stored.sha256, store.thumbnail(stored.sha256).exists()))

    for content in contents:
        threads.append(threading.Thread(target=work, args=(content,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found)), {ready for _, ready in found}) == (12, 3, {True})
    assert (len(kept(store)), list(store.verify())) == (6, [])


def test_on_windows_a_file_that_somebody_reads_stays_as_it_is(store, monkeypatch):
    first = accept(store, DOCUMENTS["报告.pdf"], "a.pdf")

    def in_use(*_):
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "replace", in_use)
    assert (accept(store, DOCUMENTS["报告.pdf"], "a.pdf"), kept(store)) == (first, [first.sha256])
    with pytest.raises(PermissionError):
        accept(store, b"%PDF-1.7\nnew", "a.pdf")


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 64]
)
def test_what_is_no_hash_of_a_stored_file_is_not_found(store, name):
    with pytest.raises(NoSuchFile):
        store.open(name)
    with pytest.raises(NoSuchFile):
        store.thumbnail(name)


def test_verify_finds_changed_and_missing_files(store):
    good, changed, gone = (
        accept(store, b"%PDF-1.7 no " + letter, "a.pdf").sha256 for letter in (b"1", b"2", b"3")
    )
    store.path(changed).write_bytes(b"%PDF-!")
    store.path(gone).unlink()
    assert list(store.verify([good, changed, gone])) == [(changed, "differs"), (gone, "missing")]


@pytest.mark.parametrize(("size", "expected"), [(160, (120, 160)), (480, (300, 400))])
def test_a_thumbnail_fits_its_size_and_is_made_once(store, size, expected):
    sha256 = accept(store, saved(photo(), "JPEG"), "a.jpg").sha256
    path = store.thumbnail(sha256, size)
    made = path.stat().st_mtime_ns
    with Image.open(path) as small:
        assert (small.format, small.size, dict(small.getexif())) == ("JPEG", expected, {})
    assert (store.thumbnail(sha256, size), path.stat().st_mtime_ns) == (path, made)


def test_a_thumbnail_of_a_transparent_picture_stands_on_white(store):
    sha256 = accept(store, saved(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"), "a.png").sha256
    with Image.open(store.thumbnail(sha256)) as small:
        assert small.getpixel((4, 4)) == (255, 255, 255)


def test_no_thumbnail_is_made_of_a_document_or_in_another_size(store):
    sha256 = accept(store, DOCUMENTS["报告.pdf"], "a.pdf").sha256
    with pytest.raises(FileRefused):
        store.thumbnail(sha256)
    with pytest.raises(ValueError, match="160, 480"):
        store.thumbnail(sha256, 5000)


# Names


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("照片 (1).jpg", "照片 (1).jpg"),
        ("👨\u200d👩𠮷.png", "👨\u200d👩𠮷.png"),
        ("C:\\Users\\x\\a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n\x1b.jpg", "ab.jpg"),
        ("exe\u202egpj.pdf", "exegpj.pdf"),
        ("a\ud800.jpg", "a.jpg"),
        ('a<b>:"|?*.jpg', "a_b______.jpg"),
        ("  .a.jpg. ", "a.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("nul.tar.jpg", "_nul.tar.jpg"),
        ("com1", "_com1"),
        ("/", "file"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
        ("a." + "b" * 300, "a." + "b" * 20),
    ],
)
def test_a_file_name_becomes_one_that_every_system_takes(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_a_clean_name_is_short_whole_and_already_clean(name):
    clean = clean_name(name)
    assert (0 < len(clean) <= 200, clean_name(clean), Path(clean).name) == (True, clean, clean)


# Whatever comes


@settings(derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_bytes_are_stored_or_refused(tmp_path_factory, data):
    store = FileStore(tmp_path_factory.getbasetemp() / "fuzz")
    name = "a." + data.draw(st.sampled_from(sorted(FILE_TYPES)))
    heads = [
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"\0\0\0\x18ftypheic",
        b"\0\0\0\x08moov",
        b"PK\x03\x04",
    ]
    content = data.draw(st.sampled_from(heads)) + data.draw(st.binary(max_size=300))
    try:
        outcome = accept(store, content, name).name[:2]
    except FileRefused as refused:
        outcome = refused.code
    assert outcome in {"a.", *FILE_MESSAGES}


@pytest.mark.parametrize("seed", range(0, 600, 29))
def test_a_jpeg_with_a_wrong_byte_is_cleaned_or_refused(seed):
    content = bytearray(saved(photo((64, 48)), "JPEG"))
    content[20 + seed] ^= 0xFF
    try:
        outcome = cleaned_picture(io.BytesIO(bytes(content)), 4_000_000).format
    except FileRefused as refused:
        outcome = refused.code
    assert outcome in {"JPEG", "damaged_picture", "too_many_pixels"}
