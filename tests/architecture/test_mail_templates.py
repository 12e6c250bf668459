from tests.architecture.source import PACKAGE

PARTS = {"subject.txt", "body.txt", "body.html"}


def test_every_mail_folder_is_whole():
    folders = {path.parent for path in PACKAGE.glob("*/templates/*/emails/*/*") if path.is_file()}

    assert len(folders) >= 5
    assert {folder.name: PARTS - {path.name for path in folder.iterdir()} for folder in folders} == {
        folder.name: set() for folder in folders
    }
