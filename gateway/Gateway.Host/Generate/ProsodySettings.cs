using System.Text;

namespace Gateway.Host.Generate;

/// <summary>The block for <c>prosody.cfg.lua</c> (Prosody 0.12).</summary>
internal static class ProsodySettings
{
    public static string Write(Partnership with)
    {
        var text = new StringBuilder();
        text.Append(SettingsPage.Comment("--", SettingsPage.Head(with, "Prosody", "Put this into prosody.cfg.lua above the first VirtualHost, then: prosodyctl reload.")));
        text.Append($"-- modules_enabled must hold: \"tls\"; \"saslauth\"{(with.UsesDialback ? "; \"dialback\"" : "")}\n");
        var ours = string.Join("; ", with.OurDomains.Select(d => $"\"{d}\""));
        if (with.IsInClear)
        {
            text.Append("-- Nothing is encrypted on this link, and every other partner may then come without encryption too.\n");
            text.Append("s2s_require_encryption = false\n");
            text.Append($"s2s_insecure_domains = {{ {ours} }}\n");
        }
        else
        {
            text.Append("s2s_require_encryption = true\n");
            text.Append("-- Our certificate names these domains; Prosody believes nothing less of them, whatever s2s_secure_auth says of others.\n");
            text.Append($"s2s_secure_domains = {{ {ours} }}\n");
            text.Append("-- Is our authority a private one? Then its root, beside those of the system:\n-- ssl = { cafile = \"/etc/prosody/certs/root.crt\" }\n");
        }

        return text.Append(SettingsPage.Comment("--", SettingsPage.Dns(with))).ToString();
    }
}
