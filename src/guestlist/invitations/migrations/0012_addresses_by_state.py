from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("invitations", "0011_rows_that_stay")]

    operations = [
        migrations.RemoveConstraint(model_name="invitation", name="invitation_one_pending"),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=Q(("state", "pending")), fields=("email_key", "workspace"), name="invitation_one_pending"
            ),
        ),
        migrations.RemoveIndex(model_name="invitation", name="invitation_by_address"),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=Q(("state", "pending"), _negated=True), fields=["email_key", "workspace"], name="invitation_ended"
            ),
        ),
    ]
