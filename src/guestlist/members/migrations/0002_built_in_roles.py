"""The four built-in roles as rows, so that a membership's role is always a foreign key. What they allow is code (access.roles)."""

from django.db import migrations

from guestlist.access.roles import BUILT_IN, role_key


def add(apps, schema_editor):
    role = apps.get_model("members", "Role")
    for id, name in BUILT_IN.items():
        role.objects.create(id=id, community=None, name=name, name_key=role_key(name))


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
