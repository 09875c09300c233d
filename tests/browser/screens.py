"""Pictures of every page at 390 and 1280 px, light and dark, into docs/screens: ``python -m tests.browser.screens``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.conftest import FLAGS, ROOT, Phone, Site
from tests.browser.every_page import addresses

FOLDER = ROOT / "docs" / "screens"
TOGETHER = ("today-phone-light", "check-in-phone-light", "progress-phone-dark", "verdict-phone-light")
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


def main() -> None:
    """Open the demo and look at every page."""
    from playwright.sync_api import sync_playwright

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    site = Site(Path(tempfile.mkdtemp()))
    where = addresses(site)
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for size, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                held = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
                phone = Phone(browser, site, is_mobile=False, service_workers="block", **held)
                phone.go("/demo/")
                for name, path in where.items():
                    phone.go(path).screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")
                phone.context.close()
        _together(browser)
        browser.close()
    site.stop()
    print(f"{len(where)} pages, {len(list(FOLDER.iterdir()))} pictures in {FOLDER.relative_to(ROOT)}")


def _together(browser: Any) -> None:
    """The four pages of the README, side by side."""
    images = "".join(f'<img src="{(FOLDER / f"{name}.png").as_uri()}" width="300">' for name in TOGETHER)
    page = browser.new_page(viewport={"width": 1290, "height": 680})
    sheet = FOLDER / "together.html"
    sheet.write_text(f"<body style='margin:15px;display:flex;gap:20px;background:#D8CFBF'>{images}</body>", "utf-8")
    page.goto(sheet.as_uri())
    page.screenshot(path=FOLDER / "together.png")
    sheet.unlink()


if __name__ == "__main__":
    main()
