"""A QR code as an SVG element: the policy of the pages lets no image be made of text."""

from django.utils.safestring import SafeString, mark_safe
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage


def qr_code(text: str) -> SafeString:
    code = QRCode(image_factory=SvgPathImage, border=4)
    code.add_data(text)
    drawn = code.make_image().to_string(encoding="unicode")
    return mark_safe(drawn)  # made of squares alone
