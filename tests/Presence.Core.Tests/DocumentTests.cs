using System.Text;
using Presence.Core.Documents;
using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>Stored documents: what was written is read back, the golden bytes stay readable, and a newer format is refused.</summary>
public sealed class DocumentTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DocumentWriter _writer = new();

    private static WatcherPair Full => new(Alice)
    {
        Authorization = AuthorizationPhase.Granted,
        ForgetAt = Noon.AddSeconds(1),
        Legs = [new WatcherLeg(Leg("d1"), Noon.AddSeconds(2)), new WatcherLeg(Leg("x"), null)],
        Polls = [new PollLeg(Leg("p1"), Noon.AddSeconds(3))],
        Upstream = new UpstreamState
        {
            Phase = UpstreamPhase.RetryWait,
            Leg = Leg("u1"),
            ExpiresAt = Noon.AddSeconds(4),
            AskedAt = Noon.AddSeconds(5),
            RetryAt = Noon.AddSeconds(6),
            OfflineAt = Noon.AddSeconds(7),
            Attempts = 8,
            IsShowOwed = true,
        },
        IsKnown = true,
        Fragments = [new Fragment("orchard \"é\U0001F600", Availability.InMeeting, "a note\n", "en", -1, Noon), new Fragment("", Availability.Away, null, null, 0, Noon)],
    };

    private static readonly PresenceEffect[] Effects =
    [
        new End(Juliet, Alice, Leg("d1"), PresenceReason.Rejected),
        new Tell(Juliet, Alice, true, PresenceReason.None),
        new AskUpstream(Juliet, Alice, UpstreamRequest.Refresh, Leg("u1")),
        new AskUpstream(Juliet, Alice, UpstreamRequest.Subscribe, null),
    ];

    public void Dispose() => _writer.Dispose();

    [Fact]
    public void A_pair_reads_back_and_is_written_the_same_again()
    {
        foreach (var pair in new[] { Full, new WatcherPair(Alice) })
        {
            var bytes = PairDocument.Write(_writer, pair);
            var read = PairDocument.Read(bytes, Alice);
            Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(PairDocument.Write(_writer, read)));
            Assert.Equal((pair.Authorization, pair.ForgetAt, pair.IsKnown), (read.Authorization, read.ForgetAt, read.IsKnown));
            Assert.Equal(pair.Legs.Select(l => (l.Leg.Id, l.ExpiresAt)), read.Legs.Select(l => (l.Leg.Id, l.ExpiresAt)));
            Assert.True(pair.Fragments.SequenceEqual(read.Fragments));
            Assert.Equal(pair.Upstream with { Leg = null }, read.Upstream with { Leg = null });
        }
    }

    [Fact]
    public void Each_effect_but_show_reads_back()
    {
        foreach (var effect in Effects)
        {
            var bytes = EffectDocument.Write(_writer, effect);
            var read = EffectDocument.Read(bytes, Juliet);
            Assert.Equal(effect.GetType(), read.GetType());
            Assert.Equal(bytes, EffectDocument.Write(_writer, read));
        }

        Assert.False(EffectDocument.IsStored(new Show(Juliet, Alice, "")));
    }

    [Fact]
    public void Format_1_stays_as_it_was_first_written()
    {
        Assert.Equal(Golden("pair-1.json"), Encoding.UTF8.GetString(PairDocument.Write(_writer, Full)));
        Assert.Equal(Golden("effects-1.json"), string.Join('\n', Effects.Select(e => Encoding.UTF8.GetString(EffectDocument.Write(_writer, e)))));
    }

    [Theory]
    [InlineData("[2,\"Granted\"]")]
    [InlineData("[0]")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[1,\"Sometimes\",null,[],[],[\"None\",null,null,null,null,null,null,0,false],false,[]]")]
    public void A_newer_or_damaged_document_is_refused(string document) =>
        Assert.Throws<DocumentException>(() => PairDocument.Read(Encoding.UTF8.GetBytes(document), Alice));

    [Fact]
    public void Every_prefix_of_a_document_is_refused()
    {
        var bytes = PairDocument.Write(_writer, Full);
        for (var length = 0; length < bytes.Length; length++)
        {
            var prefix = bytes[..length];
            Assert.Throws<DocumentException>(() => PairDocument.Read(prefix, Alice));
        }
    }

    [Theory]
    [InlineData("juliet", "capulet.example", "capulet.example/juliet")]
    [InlineData("", "capulet.example", "capulet.example/")]
    [InlineData("a/b@c", "capulet.example", "capulet.example/a/b@c")]
    public void An_address_key_reads_back(string local, string domain, string key)
    {
        Assert.Equal(key, AddressKey.Write(new Address(local, domain)));
        Assert.Equal(new Address(local, domain), AddressKey.Read(key));
    }

    private static string Golden(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Gateway.sln"))) folder = folder.Parent;
        return File.ReadAllText(Path.Combine(folder!.FullName, "interop-fixtures", "store", name)).TrimEnd('\n');
    }
}
