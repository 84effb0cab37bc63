import pytest

from gridsys.errors import SettingsError
from gridsys.resources import resource
from gridsys.settings import Settings, load_settings


def test_environment_wins_over_file_and_file_over_default(tmp_path):
    file = tmp_path / "gridsys.toml"
    file.write_text('database = "sqlite:///file.db"\nactor = "li:street-manager@110101001"\n', encoding="utf-8")
    assert load_settings(file, {}) == Settings("sqlite:///file.db", "li:street-manager@110101001")
    assert load_settings(file, {"GRIDSYS_DATABASE": "sqlite:///env.db"}).database == "sqlite:///env.db"


def test_the_file_of_the_working_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}) == Settings()
    (tmp_path / "gridsys.toml").write_text('database = "sqlite:///here.db"', encoding="utf-8")
    assert load_settings(environ={}).database == "sqlite:///here.db"


@pytest.mark.parametrize("text", ["databse = 'x'", "database = 3", "database = "])
def test_a_bad_file_is_refused(tmp_path, text):
    file = tmp_path / "gridsys.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {})
    assert caught.value.code == "GS901"
    assert str(file) in caught.value.where


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match="GS901"):
        load_settings(tmp_path / "none.toml", {})


def test_a_missing_packaged_file_is_said():
    with pytest.raises(SettingsError) as caught:
        resource("geodata", "no-such-file")
    assert caught.value.code == "GS902"
