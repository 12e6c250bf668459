"""Every page for people, on one screen."""

from django.urls import URLPattern, path

from guestlist.web.audit import views as audit
from guestlist.web.connections import attempts, configure
from guestlist.web.connections import views as connections
from guestlist.web.demo import views as demo
from guestlist.web.door.views import door_page
from guestlist.web.help import views as help_pages
from guestlist.web.invitations import views as invitations
from guestlist.web.invite import views as invite
from guestlist.web.join.views import join_challenge, join_page
from guestlist.web.keys import views as keys
from guestlist.web.me import account, addresses, data, directories, passkeys, security, sessions
from guestlist.web.me import confirm as my_confirm
from guestlist.web.me import notifications as my_notifications
from guestlist.web.people import bulk, confirm
from guestlist.web.people import user as people
from guestlist.web.roles import views as roles
from guestlist.web.sign_in import second
from guestlist.web.sign_in import views as sign_in
from guestlist.web.sign_in.discovery import find_page
from guestlist.web.sso import views as sso
from guestlist.web.sso.link import link_page
from guestlist.web.sso.switch import switch_page
from guestlist.web.team import views as team
from guestlist.web.user_center import places, tree
from guestlist.web.user_center import views as user_center
from guestlist.web.workspace import domains, general
from guestlist.web.workspace import views as workspace
from guestlist.web.workspace.overview import overview_page
from guestlist.web.workspace.security import security_page

urlpatterns: list[URLPattern] = [
    path("", user_center.home, name="home"),
    path("healthz", help_pages.healthz, name="healthz"),
    path("help/roles", help_pages.roles, name="help_roles"),
    path("help/sso", help_pages.sso, name="help_sso"),
    path("demo/mailbox", demo.mailbox, name="demo_mailbox"),
    path("demo/mailbox/<slug:name>", demo.mail, name="demo_mail"),
    path("demo/mailbox/<slug:name>/html", demo.mail_html, name="demo_mail_html"),
    path("style", demo.style, name="style"),
    path("login", sign_in.login_page, name="account_login"),
    path("login/passkey", second.login_challenge, name="login_challenge"),
    path("login/second", second.second_page, name="mfa_authenticate"),
    path("login/second/passkey", second.second_challenge, name="second_challenge"),
    path("logout", sign_in.logout_page, name="account_logout"),
    path("sso", find_page, name="sso_find"),
    path("password", sign_in.password_reset, name="password_reset"),
    path("password/<str:token>", sign_in.new_password, name="new_password"),
    path("join/<str:token>", join_page, name="join"),
    path("join/<str:token>/passkey", join_challenge, name="join_challenge"),
    path("sso/link", link_page, name="sso_link"),
    path("sso/switch", switch_page, name="sso_switch"),
    path("sso/<uuid:connection>", sso.start, name="sso_start"),
    path("sso/<uuid:connection>/test", sso.test, name="sso_test"),
    path("sso/<uuid:connection>/callback", sso.callback, name="sso_callback"),
    path("sso/<uuid:connection>/acs", sso.acs, name="sso_acs"),
    path("sso/<uuid:connection>/metadata", sso.metadata, name="sso_metadata"),
    path("me", account.me, name="me"),
    path("me/password", account.password_page, name="my_password"),
    path("me/addresses", addresses.addresses_page, name="addresses"),
    path("me/addresses/new", addresses.address_new_page, name="address_new"),
    path("me/addresses/<int:address>/<slug:act>", addresses.address_act, name="address_act"),
    path("address/<str:token>", addresses.address_page, name="address"),
    path("me/confirm", my_confirm.confirm_page, name="confirm"),
    path("me/confirm/passkey", my_confirm.confirm_challenge, name="confirm_challenge"),
    path("me/security", security.security_page, name="security"),
    path("me/security/app", security.totp_page, name="totp"),
    path("me/security/app/remove", security.totp_remove_page, name="totp_remove"),
    path("me/security/codes", security.codes_page, name="recovery_codes"),
    path("me/security/codes.txt", security.codes_file, name="recovery_codes_file"),
    path("me/security/passkeys/new", passkeys.passkey_new_page, name="passkey_new"),
    path("me/security/passkeys/challenge", passkeys.passkey_challenge, name="passkey_challenge"),
    path("me/security/passkeys/<int:passkey>/rename", passkeys.passkey_rename_page, name="passkey_rename"),
    path("me/security/passkeys/<int:passkey>/remove", passkeys.passkey_remove_page, name="passkey_remove"),
    path("me/security/directories/<uuid:identity>/unlink", directories.unlink_page, name="unlink"),
    path("me/notifications", my_notifications.notifications, name="notifications"),
    path("me/memberships/<uuid:membership>/leave", account.leave_page, name="leave"),
    path("me/sessions/others/end", sessions.end_others_page, name="end_other_sessions"),
    path("me/sessions/<uuid:session>/end", sessions.end_page, name="end_session"),
    path("me/export", data.export, name="export"),
    path("me/close", data.close_page, name="close_account"),
    path("me/communities", user_center.communities, name="communities"),
    path("me/communities/tree", tree.tree_page, name="community_tree"),
    path("me/communities/<uuid:community>/new", places.new_page, name="community_new"),
    path("me/communities/<uuid:community>/edit", places.edit_page, name="community_edit"),
    path("me/communities/<uuid:community>/move", places.move_page, name="community_move"),
    path("me/communities/<uuid:community>/delete", places.delete_page, name="community_delete"),
    path("me/communities/<uuid:community>/users/new", user_center.community_users_new, name="community_users_new"),
    path("me/communities/<uuid:community>/<slug:tab>", user_center.community_page, name="community"),
    path("w/<slug:slug>", workspace.workspace_home, name="workspace"),
    path("w/<slug:slug>/door", door_page, name="door"),
    path("w/<slug:slug>/settings", workspace.settings_home, name="settings"),
    path("w/<slug:slug>/settings/general", general.general_page, name="workspace_general"),
    path("w/<slug:slug>/settings/setup", general.setup_page, name="workspace_setup"),
    path("w/<slug:slug>/settings/security", security_page, name="workspace_security"),
    path("w/<slug:slug>/settings/security/sso/new", connections.new_page, name="connection_new"),
    path("w/<slug:slug>/settings/security/sso/<uuid:connection>", configure.configure_page, name="connection"),
    path("w/<slug:slug>/settings/security/sso/<uuid:connection>/edit", connections.edit_page, name="connection_edit"),
    *(
        path(
            f"w/<slug:slug>/settings/security/sso/<uuid:connection>/{act}",
            connections.act_page,
            {"act": act},
            name=f"connection_{act}",
        )
        for act in connections.ACTS
    ),
    path("w/<slug:slug>/settings/security/attempts/<uuid:attempt>", attempts.let_in_page, name="attempt"),
    path("w/<slug:slug>/settings/domains/new", domains.domain_new, name="domain_new"),
    path("w/<slug:slug>/settings/domains/<uuid:domain>", domains.domain_page, name="domain"),
    path("w/<slug:slug>/settings/domains/<uuid:domain>/remove", domains.domain_remove, name="domain_remove"),
    path("w/<slug:slug>/settings/users", workspace.users_page, name="workspace_users"),
    path("w/<slug:slug>/settings/users/new", workspace.users_new, name="workspace_users_new"),
    path("w/<slug:slug>/settings/overview", overview_page, name="overview"),
    path("w/<slug:slug>/settings/audit", audit.audit_page, name="audit"),
    path("w/<slug:slug>/settings/audit/<slug:form>", audit.audit_export, name="audit_export"),
    path("w/<slug:slug>/settings/roles", roles.roles_page, name="workspace_roles"),
    path("w/<slug:slug>/roles/new", roles.role_new, name="role_new"),
    path("w/<slug:slug>/roles/<uuid:role>", roles.role_page, name="role"),
    path("w/<slug:slug>/roles/<uuid:role>/edit", roles.role_edit, name="role_edit"),
    path("w/<slug:slug>/roles/<uuid:role>/delete", roles.role_delete, name="role_delete"),
    path("w/<slug:slug>/settings/keys", keys.keys_page, name="workspace_keys"),
    path("w/<slug:slug>/keys/new", keys.key_new, name="key_new"),
    path("w/<slug:slug>/keys/<uuid:key>/revoke", keys.key_revoke, name="key_revoke"),
    path("w/<slug:slug>/users/bulk", bulk.bulk_page, name="users_bulk"),
    path("w/<slug:slug>/users/<uuid:user>", people.user_page, name="user"),
    path("w/<slug:slug>/users/<uuid:user>/add", people.user_add, name="user_add"),
    path("w/<slug:slug>/users/<uuid:user>/<slug:act>", confirm.user_act, name="user_act"),
    path("w/<slug:slug>/memberships/<uuid:membership>/<slug:act>", confirm.membership_act, name="membership_act"),
    path("w/<slug:slug>/invite/preview", invite.invite_preview, name="invite_preview"),
    path("w/<slug:slug>/invitations/resend", invitations.resend_page, name="invitations_resend"),
    path("w/<slug:slug>/invitations/revoke", invitations.revoke_page, name="invitations_revoke"),
    path("w/<slug:slug>/invitations/<uuid:invitation>", invitations.invitation_page, name="invitation"),
    path("w/<slug:slug>/batches/<uuid:batch>", invitations.batch_page, name="batch"),
    path("w/<slug:slug>/batches/<uuid:batch>/csv", invitations.batch_csv, name="batch_csv"),
    path("w/<slug:slug>/batches/<uuid:batch>/cancel", invitations.batch_cancel, name="batch_cancel"),
    path("w/<slug:slug>/team/<slug:team>/users", team.team_users, name="team_users"),
    path("w/<slug:slug>/team/<slug:team>/invites", team.team_invites, name="team_invites"),
    path("w/<slug:slug>/team/<slug:team>/invites/new", team.team_invites_new, name="team_invites_new"),
]
