import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invitations", "0010_grants_outlive_communities"), ("mail", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mail.message",
            ),
        ),
    ]
