"""Colours can be told apart by readers with each kind of colour blindness, and in grey."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from gridsys.render.palette import BALANCE, STATES, YLGNBU
from gridsys.resources import resource

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, sight):
    matrix = np.array(DEFICIENCIES[sight])
    return float(np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other))))


@pytest.mark.parametrize("sight", DEFICIENCIES)
@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_classes_are_told_apart(sight, classes):
    # 10 in CIE76 is some four times the least difference seen side by side; neighbours in a legend need that much.
    assert min(distance(a, b, sight) for a, b in combinations(YLGNBU[classes], 2)) > 15


@pytest.mark.parametrize("sight", DEFICIENCIES)
def test_lights_are_told_apart(sight):
    assert min(distance(a, b, sight) for a, b in combinations(STATES.values(), 2)) > 15


def test_the_red_yellow_green_of_a_traffic_light_would_fail():
    # The check can fail: the usual traffic-light red and green come too close for a deuteranope.
    assert distance("#c1272d", "#4d8a2f", "deuteranopia") < 15


@pytest.mark.parametrize("sight", DEFICIENCIES)
def test_classes_of_balance_are_told_apart(sight):
    assert min(distance(a, b, sight) for a, b in combinations(BALANCE, 2)) > 15


def test_no_two_classes_of_balance_are_one_grey_in_print():
    grey = sorted(lab(linear(colour))[0] for colour in BALANCE)
    assert min(after - before for before, after in pairwise(grey)) > 5


@pytest.mark.parametrize("classes", [3, 4, 5])
def test_classes_darken_in_print(classes):
    grey = [lab(linear(colour))[0] for colour in YLGNBU[classes]]
    assert all(before - after > 8 for before, after in pairwise(grey))


def test_page_and_pictures_have_the_same_colours():
    source = resource("maps", "src", "palette.js").read_text("utf-8")
    for classes in (2, 3, 4, 5):
        listed = re.search(rf"^  {classes}: \[(.*?)\]", source, re.MULTILINE)[1]
        assert tuple(re.findall(r"#[0-9a-f]{6}", listed)) == YLGNBU[classes]
    balance = re.search(r"BALANCE = \[(.*?)\]", source)[1]
    assert tuple(re.findall(r"#[0-9a-f]{6}", balance)) == BALANCE
    states = re.search(r"STATE_COLOURS = \{(.*?)\}", source)[1]
    assert dict(re.findall(r'(\w+): "(#[0-9a-f]{6})"', states)) == STATES
