"""Dates as people write them here: settings.FORMAT_MODULE_PATH, and Django's names for each."""

SHORT_DATE_FORMAT = "j N Y"
SHORT_DATETIME_FORMAT = "j N Y, H:i"
MONTH_DAY_FORMAT = "j N"
