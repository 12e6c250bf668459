"""Dates as people write them here: settings.FORMAT_MODULE_PATH, and Django's names for each."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j M"
