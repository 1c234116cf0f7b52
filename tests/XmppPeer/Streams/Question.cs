using System.Net.Sockets;
using System.Security.Authentication;
using XmppPeer.Wire;

namespace XmppPeer.Streams;

/// <summary>One question to an authoritative server over a stream of its own (XEP-0220 §2.3, step 2): whether a key is its domain's.</summary>
public static class Question
{
    /// <summary><c>valid</c>, <c>invalid</c>, or why there was no answer.</summary>
    public static async Task<string> AskAsync(Server server, Persona persona, string domain, string key, string id)
    {
        try
        {
            await using var stream = await PeerStream.DialAsync(server.EndOf(domain), server.Events);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            if (persona.DialsDirectly) await stream.SecureAsClientAsync(domain, persona.Certificate, isDirect: true);
            var hasTls = await BeginAsync(stream, persona, domain, patience.Token);
            if (hasTls && persona is { Tls: not TlsWish.Off, Certificate: not null })
            {
                await stream.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
                if ((await stream.ReadAsync(patience.Token))?.Element?.Name != Names.Tls + "proceed") return "no-answer";
                await stream.SecureAsClientAsync(domain, persona.Certificate);
                await BeginAsync(stream, persona, domain, patience.Token);
            }

            await stream.SendAsync($"<db:verify from='{persona.Domain}' to='{domain}' id='{id}'>{key}</db:verify>");
            while (await stream.ReadAsync(patience.Token) is { Element: { } answer })
                if (answer.Name == Names.Dialback + "verify" && answer.Attribute("id")?.Value == id) return answer.Attribute("type")?.Value ?? "no-answer";
            return "no-answer";
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or TimeoutException or OperationCanceledException or Control.CommandFault)
        {
            return "unreachable";
        }
    }

    private static async Task<bool> BeginAsync(PeerStream stream, Persona persona, string domain, CancellationToken cancellation)
    {
        await stream.SendAsync(Names.Header(persona.Domain, domain));
        if ((await stream.ReadAsync(cancellation))?.Header is null) return false;
        return (await stream.ReadAsync(cancellation))?.Element?.Element(Names.Tls + "starttls") is not null;
    }
}
