using System.Text;
using Gateway.Federation.Peers;

namespace Gateway.Host.Generate;

/// <summary>The system properties of Openfire, one a line (PSB-032, RN-081). <c>docs/peers/openfire.md</c> has the way through the console.</summary>
internal static class OpenfireSettings
{
    public static string Write(Partnership with)
    {
        var text = new StringBuilder();
        text.Append(SettingsPage.Comment("#", SettingsPage.Head(with, "Openfire", "Each line is a system property: Server > Server Manager > System Properties, or the page it has of its own.")));
        text.Append("# Must be what our record of this peer names; it cannot be changed once users exist.\n");
        text.Append($"xmpp.domain={with.TheirDomains.FirstOrDefault()}\n");
        text.Append("xmpp.server.socket.active=true\nxmpp.server.socket.port=5269\n");
        text.Append($"xmpp.server.tls.policy={TlsPolicyOf(with)}\n");
        if (!with.IsInClear) text.Append("# Without it Openfire never asks for our certificate, and offers no EXTERNAL.\nxmpp.server.cert.policy=wanted\n");
        text.Append($"xmpp.server.dialback.enabled={(with.UsesDialback ? "true" : "false")}\n");
        text.Append("# Our certificate names our domains, so it can be checked like any other.\n");
        text.Append("xmpp.server.certificate.verify=true\nxmpp.server.certificate.accept-selfsigned=false\n");
        text.Append("# Half an hour of silence ends a stream; ours is opened again by the next stanza.\n");
        text.Append("xmpp.server.session.idle=1800000\n");
        if (!with.IsInClear && with.Peer.External != ExternalPolicy.Off) text.Append("# Is sasl.mechs set at all? Then it must hold EXTERNAL.\n");
        text.Append("# Only listed servers may connect? Then list: ").Append(string.Join(", ", with.OurDomains)).Append('\n');
        return text.Append(SettingsPage.Comment("#", SettingsPage.Dns(with))).ToString();
    }

    private static string TlsPolicyOf(Partnership with) => with.Peer.Tls switch
    {
        TlsPolicy.Required => "required",
        TlsPolicy.Optional => "optional",
        _ => "disabled",
    };
}
