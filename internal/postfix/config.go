package postfix

// mainCF is filled with the directory, the domains, and the uid and gid that
// own the mailboxes. It asks no DNS and delivers nothing elsewhere.
const mainCF = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/mail.log
maillog_file_prefixes = %[1]s
myhostname = mx.example.com
mydestination =
mynetworks = 192.0.2.255/32
inet_interfaces = loopback-only
inet_protocols = all
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_host_lookup = native
default_transport = error:5.4.4 no mail leaves this instance
relay_transport = error:5.4.4 no mail leaves this instance
alias_maps =
local_recipient_maps =
local_transport = error:5.1.1 no local users
virtual_mailbox_domains = %[2]s
virtual_mailbox_maps = texthash:%[1]s/etc/mailboxes
virtual_mailbox_base = %[1]s/mail
virtual_uid_maps = static:%[3]d
virtual_gid_maps = static:%[4]d
virtual_minimum_uid = %[3]d
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_authorized_xforward_hosts = 127.0.0.0/8
smtpd_authorized_xclient_hosts = 127.0.0.0/8
message_size_limit = 52428800
virtual_mailbox_limit = 0
in_flow_delay = 0
`

// masterCF is filled with the address of the smtpd behind the filter.
const masterCF = `%[1]s inet n - n - - smtpd
  -o content_filter=
  -o smtpd_client_restrictions= -o smtpd_helo_restrictions= -o smtpd_sender_restrictions=
  -o smtpd_relay_restrictions= -o smtpd_recipient_restrictions=reject_unauth_destination
  -o smtpd_data_restrictions= -o mynetworks=127.0.0.0/8
  -o receive_override_options=no_header_body_checks,no_milters
postern unix - - n - 10 smtp
  -o smtp_data_done_timeout=1200 -o smtp_send_xforward_command=yes
  -o disable_mime_output_conversion=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`
