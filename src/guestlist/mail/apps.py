from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "guestlist.mail"
    label = "mail"
