from guestlist.sso.rules.domains import domain_name, record_name, record_value

__all__ = ["domain_name", "record_name", "record_value"]
