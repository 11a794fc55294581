"""How pages look: the colours of reports, the grounds they stand on, and the room things have."""

from reporting.palette import (
    EVENT,
    GOLD,
    LESS,
    MORE,
    OF_CHARGE_TYPE,
    OF_PROVIDER,
    OF_SERVICE,
    PALETTE,
    PURPLE,
    RED,
    REST,
    SKY,
    TEAL,
    TOTAL,
    colours,
)

__all__ = [
    "AXIS_TEXT", "EVENT", "GOLD", "GROUNDS", "LESS", "MORE", "OF_CHARGE_TYPE", "OF_PROVIDER",
    "OF_SERVICE", "PALETTE", "PURPLE", "RED", "REST", "SKY", "STYLE", "TEAL", "TOTAL", "colours",
]  # fmt: skip
GROUNDS = {"light": "#ffffff", "dark": "#0f1614"}
AXIS_TEXT = {"light": "#55605c", "dark": "#b3bfba"}
# Streamlit leaves 6 rem above the title; the first number belongs above the fold of a laptop.
# Drawn here: Streamlit asks Google's servers for a symbol or an emoji of a browser's tab.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#107d77">'
    '<path d="M3 13h4v8H3zM10 8h4v13h-4zM17 3h4v18h-4z"/></svg>'
)
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.25rem 2.5rem 3rem; max-width: 100rem; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
.st-key-menu [data-testid="stCaptionContainer"] { padding-top: .5rem; }
/* the green that carries white text is too dark to be text itself on the dark ground */
[data-variant="segmented_control"][data-selected="true"] p,
[data-testid="stTab"][aria-selected="true"] p { color: CanvasText; }
/* a link may be a sentence */
[data-testid="stPageLink"] p { white-space: normal; }
/* a finger does not hover, so Streamlit shows what belongs to a table always, over the words above
   it; here it shows once the table has been touched */
@media (hover: none) {
  [data-testid="stElementContainer"]:not(:focus-within) [data-testid="stElementToolbar"] {
    opacity: 0; pointer-events: none;
  }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 3.25rem .9rem 2rem; }
}
</style>"""
