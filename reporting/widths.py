"""How wide a text will be drawn, where what draws it must be told before."""


def text_px(text: str, capital: float, letter: float) -> float:
    """Its width in a proportional type, which has two kinds of letters.

    Args:
        text: What is drawn.
        capital: The width of a capital, a digit or a low line, measured in a browser; px.
        letter: That of the others.
    """
    wide = sum(each.isupper() or each.isdigit() or each == "_" for each in text)
    return wide * capital + (len(text) - wide) * letter
