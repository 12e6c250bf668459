import pytest

from guestlist.kernel.table import BadTable, read_table

ROWS = [{"email": "a@x.example", "name": "Ada"}, {"email": "b@x.example", "name": "Bo, Jr"}]


@pytest.mark.parametrize(
    "text",
    [
        'email,name\na@x.example,Ada\nb@x.example,"Bo, Jr"\n',
        "E-Mail;NAME\r\na@x.example;Ada\r\nb@x.example;Bo, Jr\r\n",
        "\ufeff email\tname\na@x.example\tAda\n\n  b@x.example\tBo, Jr",
        "\n\nemail; name\na@x.example; Ada\nb@x.example; Bo, Jr",
    ],
)
def test_separator_mark_and_empty_lines_do_not_matter(text: str):
    assert read_table(text, column="email") == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_write_several_encodings(encoding: str):
    content = "email,name\na@x.example,Zoë\n".encode(encoding)

    assert read_table(content, column="email") == [{"email": "a@x.example", "name": "Zoë"}]


def test_cell_may_hold_lines_and_separators():
    assert read_table('email,name\na@x.example,"Ada\nL, Countess"\n', column="email") == [
        {"email": "a@x.example", "name": "Ada\nL, Countess"}
    ]


def test_short_row_leaves_cells_out_and_a_long_one_is_cut():
    assert read_table("name,email\nAda\nBo,b@x.example,more", column="email") == [
        {"name": "Ada"},
        {"name": "Bo", "email": "b@x.example"},
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "who\nAda", "a@x.example\nb@x.example"])
def test_table_without_the_column_is_refused(text: str):
    with pytest.raises(BadTable, match="one of them must be email"):
        read_table(text, column="email")


def test_cell_too_long_to_be_one_is_refused():
    with pytest.raises(BadTable, match="cannot be read"):
        read_table("email\n" + "x" * 200_000, column="email")
