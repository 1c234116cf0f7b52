namespace Transport.Tests;

/// <summary>STARTTLS as RFC 6120 §5.4.3.3 wants it, with stand-ins for the protocol's words.</summary>
public sealed class StartTlsTests
{
    [Fact]
    public async Task An_upgraded_connection_carries_evidence_both_ways_and_goes_on()
    {
        await using var rig = Plain(out var server);
        var client = new RecordingHandler { OnBytes = static (c, unread) => Upgrade(c, unread, "<proceed/>", Rig.ClientTls(Rig.Lab.Issue("client.example"))) };
        var dialled = await rig.DialAsync(client, tls: false);
        dialled.Connection!.TrySend("<starttls/>"u8);

        var accepted = await server.SecuredAsync();
        await client.SecuredAsync();
        accepted.TrySend("over tls"u8);
        await client.ReceivedAsync("over tls");

        Assert.True(accepted.Evidence.IsEncrypted);
        Assert.Contains("client.example", accepted.Evidence.Leaf!.Subject, StringComparison.Ordinal);
        Assert.Contains("gw.jabber.example", dialled.Connection.Evidence.Leaf!.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_behind_the_request_end_the_connection_and_are_never_handed_out()
    {
        await using var rig = Plain(out var server);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        dialled.Connection!.TrySend("<starttls/><message>injected</message>"u8);

        var end = await server.ClosedAsync();

        Assert.Equal(TransportReason.StartTlsInjection, end.Reason);
        Assert.Equal("<starttls/>", server.Text);
    }

    [Fact]
    public async Task Bytes_behind_the_go_ahead_end_the_connection_of_a_client_too()
    {
        await using var rig = new Rig(handler: () => new RecordingHandler
        {
            OnBytes = static (c, unread) =>
            {
                c.TrySend("<proceed/><features/>"u8);
                return unread.Length;
            },
        });
        var client = new RecordingHandler { OnBytes = static (c, unread) => Upgrade(c, unread, "<proceed/>", Rig.ClientTls(null)) };
        var dialled = await rig.DialAsync(client, tls: false);
        dialled.Connection!.TrySend("<starttls/>"u8);

        Assert.Equal(TransportReason.StartTlsInjection, (await client.ClosedAsync()).Reason);
    }

    [Fact]
    public async Task A_failed_upgrade_ends_the_connection_with_the_handshake_reason()
    {
        await using var rig = Plain(out var server);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        dialled.Connection!.TrySend("<starttls/>"u8);
        await client.ReceivedAsync("<proceed/>");
        dialled.Connection.TrySend("this is no ClientHello at all"u8);

        var end = await server.ClosedAsync();

        Assert.Equal(TransportReason.HandshakeFailed, end.Reason);
        Assert.NotEqual("", end.Detail);
    }

    private static Rig Plain(out RecordingHandler server)
    {
        RecordingHandler? made = null;
        Rig? rig = null;
        made = new RecordingHandler
        {
            OnBytes = (c, unread) =>
            {
                var options = new TlsServerOptions { Certificates = rig!.Server, Client = ClientCertificate.Requested, Domain = "gw.jabber.example" };
                if (unread.Span.StartsWith("<starttls/>"u8))
                {
                    c.TrySend("<proceed/>"u8);
                    c.StartTls(options);
                    return "<starttls/>".Length;
                }
                return unread.Length;
            },
        };
        server = made;
        return rig = new Rig(handler: () => made);
    }

    private static int Upgrade(TransportConnection connection, ReadOnlyMemory<byte> unread, string word, TlsClientOptions options)
    {
        if (connection.Evidence.IsEncrypted) return unread.Length;
        connection.StartTls(options);
        return word.Length;
    }
}
