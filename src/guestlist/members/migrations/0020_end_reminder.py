from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0002_built_in_roles")]

    operations = [
        migrations.AddField(model_name="membership", name="reminded_of", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["ends_at"], condition=models.Q(("ends_at__isnull", False)), name="membership_ending"),
        ),
    ]
