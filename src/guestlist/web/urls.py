"""Every page for people, on one screen."""

from django.urls import URLPattern, path

from guestlist.web.demo import views as demo
from guestlist.web.help import views as help_pages
from guestlist.web.invitations import views as invitations
from guestlist.web.invite import views as invite
from guestlist.web.join.views import join_page
from guestlist.web.people import bulk, confirm
from guestlist.web.people import user as people
from guestlist.web.sign_in import views as sign_in
from guestlist.web.team import views as team
from guestlist.web.user_center import views as user_center
from guestlist.web.workspace import views as workspace

urlpatterns: list[URLPattern] = [
    path("", user_center.home, name="home"),
    path("healthz", help_pages.healthz, name="healthz"),
    path("help/roles", help_pages.roles, name="help_roles"),
    path("demo/mailbox", demo.mailbox, name="demo_mailbox"),
    path("demo/mailbox/<slug:name>", demo.mail, name="demo_mail"),
    path("demo/mailbox/<slug:name>/html", demo.mail_html, name="demo_mail_html"),
    path("style", demo.style, name="style"),
    path("login", sign_in.login_page, name="account_login"),
    path("logout", sign_in.logout_page, name="account_logout"),
    path("password", sign_in.password_reset, name="password_reset"),
    path("password/<str:token>", sign_in.new_password, name="new_password"),
    path("join/<str:token>", join_page, name="join"),
    path("me", user_center.me, name="me"),
    path("me/notifications", user_center.notifications, name="notifications"),
    path("me/memberships/<uuid:membership>/leave", user_center.leave_page, name="leave"),
    path("me/communities", user_center.communities, name="communities"),
    path("me/communities/<uuid:community>/users/new", user_center.community_users_new, name="community_users_new"),
    path("me/communities/<uuid:community>/<slug:tab>", user_center.community_page, name="community"),
    path("w/<slug:slug>", workspace.workspace_home, name="workspace"),
    path("w/<slug:slug>/settings", workspace.settings_home, name="settings"),
    path("w/<slug:slug>/settings/users", workspace.users_page, name="workspace_users"),
    path("w/<slug:slug>/settings/users/new", workspace.users_new, name="workspace_users_new"),
    path("w/<slug:slug>/users/bulk", bulk.bulk_page, name="users_bulk"),
    path("w/<slug:slug>/users/<uuid:user>", people.user_page, name="user"),
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
