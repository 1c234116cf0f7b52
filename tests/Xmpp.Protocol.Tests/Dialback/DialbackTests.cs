using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Wire;
using Xmpp.Protocol.Tests.Wire;

namespace Xmpp.Protocol.Tests.Dialback;

/// <summary>XEP-0220 and XEP-0185.</summary>
public sealed class DialbackTests
{
    private static readonly DomainPair s_pair = new("capulet.example", "contoso.example");

    [Theory]
    [InlineData("s3cr3tf0rd14lb4ck", "xmpp.example.com", "example.org", "D60000229F", "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643")]
    [InlineData("illustration-secret", "muc.example.net", "jabber.example", "s1-0001", "44720778b4a2f69ca2f31d192634eb91a8a562dbe14df319fe1721e5b4b699bb")]
    public void A_key_is_made_as_XEP_0185_says(string secret, string receiving, string originating, string id, string key)
    {
        var keys = new DialbackKeys(secret);
        Assert.Equal(key, keys.Make(receiving, originating, id));
        Assert.True(keys.IsOurs(key, receiving, originating, id));
        Assert.False(keys.IsOurs(key, originating, receiving, id));
        Assert.False(keys.IsOurs(key + "0", receiving, originating, id));
        Assert.False(keys.IsOurs("", receiving, originating, id));
        Assert.False(new DialbackKeys("other").IsOurs(key, receiving, originating, id));
    }

    [Fact]
    public void The_four_steps_read_back_with_the_pair_sender_first()
    {
        DialbackMessage[] steps =
        [
            new(DialbackStep.Key, s_pair) { Key = "k<&>" },
            new(DialbackStep.Ask, s_pair) { Key = "k", Id = "1" },
            new(DialbackStep.Verdict, s_pair) { Id = "1", Word = DialbackWord.Invalid },
            new(DialbackStep.Result, s_pair) { Word = DialbackWord.Valid },
        ];
        foreach (var step in steps) Assert.Equal(step, Read(Writing.Text((ref XmppWriter writer) => step.WriteTo(ref writer))));
    }

    [Fact]
    public void Every_error_condition_reads_back()
    {
        foreach (var condition in Enum.GetValues<DialbackCondition>())
        {
            var sent = new DialbackMessage(DialbackStep.Result, s_pair) { Word = DialbackWord.Error, Condition = condition };
            Assert.Equal(sent, Read(Writing.Text((ref XmppWriter writer) => sent.WriteTo(ref writer))));
        }
    }

    [Theory]
    [InlineData("<db:result from='capulet.example' to='contoso.example'>b48</db:result>", DialbackStep.Key)]
    [InlineData("<db:verify from='contoso.example' to='capulet.example' id='1'> b48\n</db:verify>", DialbackStep.Ask)]
    [InlineData("<db:verify from='capulet.example' to='contoso.example' id='1' type='valid'/>", DialbackStep.Verdict)]
    [InlineData("<db:result from='contoso.example' to='capulet.example' type='invalid'/>", DialbackStep.Result)]
    public void The_examples_of_the_specification_are_understood(string xml, DialbackStep step)
    {
        var message = Read(xml);
        Assert.Equal((step, s_pair), (message!.Step, message.Pair));
    }

    [Theory]
    [InlineData("<db:result from='capulet.example'>k</db:result>")]
    [InlineData("<db:result to='capulet.example'>k</db:result>")]
    [InlineData("<db:result from='capulet.example' to='contoso.example'/>")]
    [InlineData("<db:result from='capulet.example' to='contoso.example' type='maybe'/>")]
    [InlineData("<db:verify from='capulet.example' to='contoso.example'>k</db:verify>")]
    [InlineData("<db:verify from='a b' to='contoso.example' id='1'>k</db:verify>")]
    [InlineData("<db:other from='capulet.example' to='contoso.example'>k</db:other>")]
    public void What_lacks_its_parts_is_no_dialback(string xml) => Assert.Null(Read(xml));

    [Fact]
    public void The_authoritative_server_knows_its_own_keys_only()
    {
        var keys = new DialbackKeys("secret");
        var ask = new DialbackMessage(DialbackStep.Ask, s_pair) { Id = "7", Key = keys.Make(s_pair.To, s_pair.From, "7") };

        Assert.Equal(DialbackWord.Valid, Authoritative.Answer(ask, isServed: true, keys).Word);
        Assert.Equal(DialbackWord.Invalid, Authoritative.Answer(ask with { Id = "8" }, isServed: true, keys).Word);
        Assert.Equal(DialbackWord.Invalid, Authoritative.Answer(ask with { Pair = s_pair with { To = "x.example" } }, isServed: true, keys).Word);
        var error = Authoritative.Answer(ask, isServed: false, keys);
        Assert.Equal((DialbackWord.Error, DialbackCondition.ItemNotFound, "7"), (error.Word, error.Condition, error.Id));
    }

    [Theory]
    [InlineData(PairPhase.None, PairJudgement.MayAsk, PairPhase.AwaitVerdict, null)]
    [InlineData(PairPhase.None, PairJudgement.Proved, PairPhase.Valid, null)]
    [InlineData(PairPhase.None, PairJudgement.NotServed, PairPhase.None, DialbackCondition.ItemNotFound)]
    [InlineData(PairPhase.None, PairJudgement.CertificateRequired, PairPhase.None, DialbackCondition.NotAuthorized)]
    [InlineData(PairPhase.None, PairJudgement.TlsRequired, PairPhase.None, DialbackCondition.PolicyViolation)]
    [InlineData(PairPhase.None, PairJudgement.TooMany, PairPhase.None, DialbackCondition.ResourceConstraint)]
    [InlineData(PairPhase.None, PairJudgement.Refused, PairPhase.None, DialbackCondition.NotAcceptable)]
    [InlineData(PairPhase.Valid, PairJudgement.MayAsk, PairPhase.Valid, null)]
    public void A_key_moves_the_pair(PairPhase before, PairJudgement judgement, PairPhase after, DialbackCondition? error)
    {
        var step = ReceivingPair.OnKey(before, s_pair, judgement);
        Assert.Equal(after, step.Phase);
        Assert.Equal(after == PairPhase.AwaitVerdict, step.MustAsk);
        if (error is not null) Assert.Equal((DialbackWord.Error, error.Value), (step.Answer!.Word, step.Answer.Condition));
        else Assert.Equal(after == PairPhase.Valid, step.Answer?.Word == DialbackWord.Valid && step.Answer is not null);
    }

    [Fact]
    public void A_second_key_and_an_unsolicited_verdict_change_nothing()
    {
        Assert.Equal(new PairStep(PairPhase.AwaitVerdict, null, false), ReceivingPair.OnKey(PairPhase.AwaitVerdict, s_pair, PairJudgement.MayAsk));
        Assert.Equal(new PairStep(PairPhase.None, null, false), ReceivingPair.OnVerdict(PairPhase.None, s_pair, DialbackWord.Valid, DialbackCondition.Other, false));
        Assert.Equal(new PairStep(PairPhase.Valid, null, false), ReceivingPair.OnVerdict(PairPhase.Valid, s_pair, DialbackWord.Invalid, DialbackCondition.Other, false));
    }

    private static DialbackMessage? Read(string xml) => DialbackMessage.TryRead(Framing.Stanza(xml), out var message) ? message : null;
}
