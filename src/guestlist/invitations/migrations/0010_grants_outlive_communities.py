import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invitations", "0001_initial"), ("workspaces", "0003_sign_in_policy")]

    operations = [
        migrations.AlterField(
            model_name="grant",
            name="community",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="grants",
                to="workspaces.community",
            ),
        ),
    ]
