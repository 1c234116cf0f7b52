using System.Security.Authentication;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>
/// New federated streams, each from a domain of its own: TCP, STARTTLS, mutual TLS, SASL EXTERNAL or dialback, until the subject says that it is authenticated. Meanwhile idle ones stand, whose memory
/// is told.
/// </summary>
internal sealed class NewStreams(Ends ends, int idle) : Scenario(Words, ends), IDisposable
{
    public const string Words = "new streams";
    private readonly List<XmppStream> held = [];

    public override int Standing => idle;

    public override Task WarmAsync() => HoldAsync(idle);

    public override Task PrepareAsync() => HoldAsync(2 * idle);

    public override void Send(long sequence) => _ = PlayAsync(sequence);

    public override void Flush()
    {
    }

    public void Dispose()
    {
        foreach (var stream in held) stream.Close();
    }

    private async Task HoldAsync(int count)
    {
        while (held.Count < count) held.Add(await Ends.Xmpp.DialAsync(XmppEnd.IdleDomain(held.Count), isBrief: true));
    }

    private async Task PlayAsync(long sequence)
    {
        try
        {
            var stream = await Ends.Xmpp.DialAsync(XmppEnd.NewDomain(sequence), isBrief: true);
            Pump?.Delivered(sequence);
            stream.Close();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AuthenticationException or LoadFailureException)
        {
            OnError(sequence, e.Message);
        }

        Pump?.Turn();
    }
}
