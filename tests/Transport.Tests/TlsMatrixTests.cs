using Certificates;

namespace Transport.Tests;

/// <summary>
/// Transport lets every certificate through the handshake and keeps it; the judge, asked afterwards, tells them apart.
/// The same table runs with the odd certificate on the client's and on the server's side.
/// </summary>
public sealed class TlsMatrixTests
{
    private const string Peer = "sip.contoso.example";

    public static TheoryData<string, CertificateReason> Matrix => new()
    {
        { "good", CertificateReason.None },
        { "server-auth-only", CertificateReason.None },
        { "client-auth-only", CertificateReason.None },
        { "no-usage", CertificateReason.None },
        { "rsa", CertificateReason.None },
        { "neither-usage", CertificateReason.WrongUsage },
        { "wrong-name", CertificateReason.WrongName },
        { "expired", CertificateReason.Expired },
        { "not-yet", CertificateReason.NotYetValid },
        { "unknown-ca", CertificateReason.UnknownCa },
        { "self-signed", CertificateReason.SelfSigned },
    };

    [Theory, MemberData(nameof(Matrix))]
    public async Task A_client_certificate_passes_the_handshake_and_is_judged_by_its_evidence(string kind, CertificateReason expected)
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, Make(kind));
        Assert.True(dialled.IsConnected, dialled.Detail);

        var connection = await (await rig.AcceptedAsync()).OpenedAsync();

        Assert.Equal(expected, Judge(connection.Evidence));
        Assert.Equal(1, connection.CertificateVersion);
        Assert.Equal(7, dialled.Connection!.CertificateVersion);
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task A_server_certificate_passes_the_handshake_and_is_judged_by_its_evidence(string kind, CertificateReason expected)
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        rig.Server.Current = new CertificateSet(2, [Make(kind).ToOwn("odd")], []);

        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"));

        Assert.True(dialled.IsConnected, dialled.Detail);
        Assert.Equal(expected, Judge(dialled.Connection!.Evidence));
    }

    [Fact]
    public async Task A_client_without_certificate_is_refused_by_a_mutual_listener_and_the_listener_lives_on()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var bare = new RecordingHandler();
        var dialled = await rig.DialAsync(bare, own: null);
        var refusal = await rig.RefusedAsync();

        Assert.Equal(TransportReason.CertificateMissing, refusal.Reason);
        // With TLS 1.3 the client believes it is connected until it reads.
        if (dialled.IsConnected) await bare.ClosedAsync();
        Assert.True((await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue(Peer))).IsConnected);
    }

    [Fact]
    public async Task A_client_without_certificate_is_accepted_where_one_is_only_requested()
    {
        await using var rig = new Rig(tls: r => new TlsServerOptions { Certificates = r.Server, Client = ClientCertificate.Requested });
        Assert.True((await rig.DialAsync(new RecordingHandler(), own: null)).IsConnected);

        var connection = await (await rig.AcceptedAsync()).OpenedAsync();

        Assert.Null(connection.Evidence.Leaf);
        Assert.True(connection.Evidence.IsEncrypted);
        Assert.Equal(CertificateReason.NoCertificate, Judge(connection.Evidence));
    }

    [Fact]
    public async Task Presented_intermediates_are_kept_in_both_directions()
    {
        var middle = Rig.Lab.Intermediate("Lab Middle");
        await using var rig = new Rig(tls: Rig.Mutual);
        rig.Server.Current = new CertificateSet(2, [middle.Issue(Peer).ToOwn("gw")], []);

        var dialled = await rig.DialAsync(new RecordingHandler(), middle.Issue(Peer));
        var accepted = await (await rig.AcceptedAsync()).OpenedAsync();

        Assert.Equal(CertificateReason.None, Judge(accepted.Evidence));
        Assert.Equal(CertificateReason.None, Judge(dialled.Connection!.Evidence));
        Assert.Contains(accepted.Evidence.Intermediates, c => c.Subject.Contains("Lab Middle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_certificate_set_serves_the_next_handshake_and_leaves_listener_and_connections_alone()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var first = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue(Peer));
        await (await rig.AcceptedAsync()).OpenedAsync();
        var renewed = Rig.Lab.Issue("gw.jabber.example");
        rig.Server.Current = new CertificateSet(2, [renewed.ToOwn("gw")], []);

        var second = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue(Peer));
        await (await rig.AcceptedAsync()).OpenedAsync();

        Assert.Equal(renewed.Certificate.SerialNumber, second.Connection!.Evidence.Leaf!.SerialNumber);
        Assert.NotEqual(renewed.Certificate.SerialNumber, first.Connection!.Evidence.Leaf!.SerialNumber);
        Assert.False(first.Connection.IsClosed);
        Assert.Equal([1, 2], rig.Hub.Connections.Where(c => c.IsAccepted).Select(c => c.CertificateVersion).Order());
    }

    [Fact]
    public async Task The_own_certificate_is_chosen_by_server_name()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        rig.Server.Current = new CertificateSet(
            1, [Rig.Lab.Issue("gw.jabber.example").ToOwn("gw"), Rig.Lab.Issue("*.capulet.example").ToOwn("wild"), Rig.Lab.Issue("xn--bcher-kva.example").ToOwn("idn")], []);

        Assert.Equal("gw.jabber.example", await NameServedTo(rig, "unknown.example"));
        Assert.Equal("*.capulet.example", await NameServedTo(rig, "im.capulet.example"));
        Assert.Equal("xn--bcher-kva.example", await NameServedTo(rig, "bücher.example"));
    }

    [Fact]
    public async Task A_listener_without_any_certificate_refuses_with_that_reason()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        rig.Server.Current = CertificateSet.Empty;

        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue(Peer));

        Assert.False(dialled.IsConnected);
        Assert.Equal(TransportReason.OwnCertificateMissing, (await rig.RefusedAsync()).Reason);
    }

    [Fact]
    public async Task Something_else_than_TLS_is_a_typed_handshake_failure()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var plain = new RecordingHandler();
        var dialled = await rig.DialAsync(plain, tls: false);
        dialled.Connection!.TrySend("GET / HTTP/1.0\r\n\r\n"u8);

        var refusal = await rig.RefusedAsync();

        Assert.Equal(TransportReason.HandshakeFailed, refusal.Reason);
        Assert.NotEqual("", refusal.Detail);
    }

    [Fact]
    public async Task A_client_that_never_speaks_is_cut_at_the_handshake_limit()
    {
        var time = new HandTime();
        await using var rig = new Rig(time: time, tls: Rig.Mutual);
        var silent = new RecordingHandler();
        await rig.DialAsync(silent, tls: false);
        await time.TimersAsync(3);   // the hub's sweep, the dial's deadline, the listener's handshake

        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(TransportReason.HandshakeTimeout, (await rig.RefusedAsync()).Reason);
    }

    private static async Task<string> NameServedTo(Rig rig, string serverName)
    {
        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue(Peer), serverName: serverName);
        return CertificateNames.Read(dialled.Connection!.Evidence.Leaf!).DnsNames[0];
    }

    private static CertificateReason Judge(PeerEvidence evidence) =>
        CertificateJudge.Judge(evidence, new CertificateExpectation(CertificateUse.Sip, Peer), Rig.Lab.ToTrust(), DateTimeOffset.UtcNow).Reason;

    private static LabLeaf Make(string kind)
    {
        var good = LabLeafOptions.For(Peer);
        var now = DateTimeOffset.UtcNow;
        return kind switch
        {
            "good" => Rig.Lab.Issue(good),
            "server-auth-only" => Rig.Lab.Issue(good with { Usage = LabUsage.ServerAuth }),
            "client-auth-only" => Rig.Lab.Issue(good with { Usage = LabUsage.ClientAuth }),
            "no-usage" => Rig.Lab.Issue(good with { Usage = LabUsage.None }),
            "rsa" => Rig.Lab.Issue(good with { Key = LabKey.Rsa2048, Usage = LabUsage.ServerAuth }),
            "neither-usage" => Rig.Lab.Issue(good with { Usage = LabUsage.Neither }),
            "wrong-name" => Rig.Lab.Issue("mallory.example"),
            "expired" => Rig.Lab.Issue(good with { NotBefore = now.AddDays(-9), NotAfter = now.AddDays(-2) }),
            "not-yet" => Rig.Lab.Issue(good with { NotBefore = now.AddDays(2), NotAfter = now.AddDays(9) }),
            "unknown-ca" => Rig.Stranger.Issue(good),
            "self-signed" => Rig.Lab.Issue(good with { IsSelfSigned = true }),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
