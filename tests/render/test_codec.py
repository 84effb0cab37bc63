from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsys.errors import RenderError
from gridsys.render.codec import Packer, unpack

NUMBERS = st.lists(st.integers(-(2**29), 2**29 - 1), max_size=60)


@given(plain=NUMBERS, near=NUMBERS, late=NUMBERS, title=st.text(max_size=40))
def test_what_is_packed_comes_back(plain, near, late, title):
    packer = Packer()
    packer.add("plain", plain)
    packer.add("near", near, delta=True)
    packer.add("late", late, delta=True, late=True)
    header, arrays = unpack(packer.pack({"title": title}))
    assert header == {"title": title}
    assert arrays["plain"].tolist() == plain
    assert arrays["near"].tolist() == near
    assert arrays["late"].tolist() == late


def test_packing_is_the_same_every_time():
    texts = set()
    for _ in range(2):
        packer = Packer()
        packer.add("x", np.arange(1000), delta=True)
        texts.add(packer.pack({"title": "东城区"}))
    assert len(texts) == 1


def test_a_number_too_large_is_refused():
    with pytest.raises(RenderError, match=r"GS701.*too large") as caught:
        Packer().add("x", [2**31])
    assert caught.value.where == "x: 4294967296"


def late_payload():
    packer = Packer()
    packer.add("x", [1], late=True)
    return packer.pack({})


LATE = late_payload()


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", Packer().pack({"a": 1})[:-8], LATE.split(".")[0]])
def test_a_damaged_payload_is_refused(text):
    with pytest.raises(RenderError, match="GS701"):
        unpack(text)
