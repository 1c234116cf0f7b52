-- An XMPP server: S2S with TLS, components that stand for domains; loopback only.
{{RUN_AS_ROOT}}
pidfile = "{{FOLDER}}/prosody.pid"
data_path = "{{FOLDER}}/data"
interfaces = { "{{SERVER_ADDRESS}}" }
component_interfaces = { "{{COMPONENT_ADDRESS}}" }
s2s_ports = { {{SERVER_PORT}} }
component_ports = { {{COMPONENT_PORT}} }
c2s_ports = {}
c2s_direct_tls_ports = {}
s2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
s2s_require_encryption = true
s2s_secure_auth = {{SECURE_AUTH}}
network_backend = "epoll"
network_settings = { nagle = false }   -- as shipped (nagle on) it stalls 40 ms at low rates
gc = { mode = "generational" }
modules_enabled = { "saslauth"; "tls"; "s2s"; {{DIALBACK}} }
modules_disabled = { "s2s_auth_dane_in"; "c2s"; "http"; "carbons"; "pep" }
unbound = { resolvconf = false; hoststxt = false; forward = "{{NAMES}}"; options = { ["do-not-query-localhost:"] = "no" } }
log = { warn = "*console" }
local own = { key = "{{CERTIFICATE}}.key"; certificate = "{{CERTIFICATE}}.crt"; cafile = "{{AUTHORITY}}"; capath = false }
ssl = own
certificates = "{{FOLDER}}"
limits = {}
VirtualHost "{{FRONT}}"
	ssl = own
{{PROSODY_COMPONENTS}}
