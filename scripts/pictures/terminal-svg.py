"""Draws what a terminal shows (with its escape sequences, on standard input) as an SVG, with Rich: Debian's python3-rich."""
import io
import sys
from html import escape

from rich.console import Console
from rich.text import Text

# Rich's own form, without the fonts that it would fetch from elsewhere.
FORM = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""

columns, title = int(sys.argv[1]), sys.argv[2]
console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
for line in sys.stdin.read().rstrip("\n").split("\n"):
    console.print(Text.from_ansi(line), no_wrap=True, overflow="crop")
form = FORM.replace("TITLE", escape(title).replace("{", "{{").replace("}", "}}"))
sys.stdout.write(console.export_svg(title=title, code_format=form, unique_id="ctdbts"))
