using System.Text;

namespace Gateway.Host.Generate;

/// <summary>The lines for <c>ejabberd.yml</c> (ejabberd 23).</summary>
internal static class EjabberdSettings
{
    public static string Write(Partnership with)
    {
        var text = new StringBuilder();
        const string where = "Put these lines into ejabberd.yml at the left margin, in place of those with the same names, then: ejabberdctl reload_config.";
        text.Append(SettingsPage.Comment("#", SettingsPage.Head(with, "ejabberd", where)));
        if (with.IsInClear) text.Append("# Nothing is encrypted on this link: ejabberd uses TLS only where the other side offers it, and we do not.\n");
        text.Append($"s2s_use_starttls: {(with.IsInClear ? "optional" : "required")}\n");
        text.Append("# The roots by which our certificate is believed. Is our authority a private one? Then name its file here.\n");
        text.Append("# s2s_cafile: \"/etc/ssl/certs/ca-certificates.crt\"\n");
        text.Append(with.UsesDialback
            ? "# The section modules must hold: mod_s2s_dialback: {}\n"
            : "# We never ask for dialback; mod_s2s_dialback in the section modules may stay for other partners.\n");
        text.Append("# The section listen must hold a port for servers, usually:\n#   - port: 5269\n#     module: ejabberd_s2s_in\n");
        return text.Append(SettingsPage.Comment("#", SettingsPage.Dns(with))).ToString();
    }
}
