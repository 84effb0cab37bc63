import pandas as pd
import pytest

from gridsys.sample import City, make_city

STREETS = {
    "110101001": "东华门街道", "110101002": "景山街道", "110101003": "交道口街道", "110101004": "安定门街道",
    "110101005": "北新桥街道", "110101006": "东四街道", "110101007": "朝阳门街道", "110101008": "建国门街道",
    "110101009": "东直门街道", "110101010": "和平里街道", "110101011": "前门街道", "110101012": "崇文门外街道",
    "110101013": "东花市街道", "110101014": "龙潭街道", "110101015": "体育馆路街道", "110101016": "天坛街道",
    "110101017": "永定门外街道",
}  # fmt: skip


@pytest.fixture(scope="session")
def streets() -> pd.DataFrame:
    """The 17 real streets: codes and names."""
    return pd.DataFrame({"name": list(STREETS.values())}, index=pd.Index(list(STREETS), name="code"))


@pytest.fixture(scope="session")
def street_city(streets: pd.DataFrame) -> City:
    """One street, the default seed."""
    return make_city(streets, seed=7)


@pytest.fixture(scope="session")
def small_district(streets: pd.DataFrame) -> City:
    """Three streets at the density of the district."""
    return make_city(streets.iloc[:3], scale="district", seed=11)


@pytest.fixture(scope="session", params=["street", "three streets"])
def city(request, street_city: City, small_district: City) -> City:
    """Each of the two cities in turn."""
    return street_city if request.param == "street" else small_district
