"""The outbox: a mail is a row, written with the change it tells of; a worker hands the rows over to the mail server."""
