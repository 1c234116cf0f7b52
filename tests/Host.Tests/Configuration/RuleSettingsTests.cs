using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Mapping.Errors;

namespace Host.Tests.Configuration;

/// <summary>Rules as operators write them: PS-077, PSB-067.</summary>
public sealed class RuleSettingsTests : IDisposable
{
    private readonly Sample sample = new();

    public void Dispose() => sample.Dispose();

    [Fact, Item("PS-077"), Item("PSB-067")]
    public void Methods_packages_parties_and_sources_become_what_the_tables_decide_by()
    {
        var reading = With("""
            { "name": "no watching", "from": ["*.contoso.example", "Bo@Contoso.example"], "methods": ["subscribe", "MESSAGE"], "events": ["presence"], "reject": 480, "text": "Not here." },
            { "to": ["jabber.example"], "source": ["contoso"], "methods": ["INVITE"], "through": ["jabber"] }, {},
            """);

        Assert.Empty(reading.Faults);
        var rules = reading.Model!.Federation.Rules;
        Assert.Equal([PassageKind.Watch], rules[0].Kinds.ToArray());
        Assert.Equal(["*.contoso.example", "bo@contoso.example"], rules[0].From.ToArray());
        Assert.Equal((480, "Not here."), (rules[0].Rejection!.SipStatus, rules[0].Rejection!.Text));
        Assert.Equal([PassageKind.Message, PassageKind.ChatState], rules[1].Kinds.ToArray());
        Assert.Equal(("contoso", "jabber"), (Assert.Single(rules[1].Sources), Assert.Single(rules[1].Through)));
        Assert.Null(rules[2].Rejection);
    }

    [Theory]
    [InlineData("\"methods\": [\"ACK\"]", "$.rules[0].methods[0]")]
    [InlineData("\"methods\": [\"PUBLISH\"]", "$.rules[0].methods[0]")]
    [InlineData("\"events\": [\"dialog\"]", "$.rules[0].events[0]")]
    [InlineData("\"methods\": [\"MESSAGE\"], \"events\": [\"presence\"]", "$.rules[0].events")]
    [InlineData("\"reject\": 503", "$.rules[0].reject")]
    [InlineData("\"text\": \"why\"", "$.rules[0].text")]
    [InlineData("\"reject\": 403, \"text\": \"two\\nlines\"", "$.rules[0].text")]
    [InlineData("\"from\": [\"a@*.example\"]", "$.rules[0].from[0]")]
    [InlineData("\"to\": [\"x y\"]", "$.rules[0].to[0]")]
    [InlineData("\"source\": [\"nobody\"]", "$.rules[0].source")]
    [InlineData("\"through\": [\"nobody\"]", "$.rules[0].through")]
    [InlineData("\"through\": [\"jabber\"], \"reject\": 403", "$.rules[0]")]
    public void Rules_that_cannot_be_meant_are_faults_with_what_to_do(string words, string path)
    {
        var fault = Assert.Single(With($"{{ {words} }}").Faults);

        Assert.Equal(path, fault.Path);
        Assert.NotEmpty(fault.Hint);
    }

    [Fact, Item("PSB-079")]
    public void A_rule_that_nothing_reaches_is_a_warning_of_the_reading_and_no_fault()
    {
        var reading = With("""{ "to": ["jabber.example"], "reject": 403 }, { "name": "late", "to": ["romeo@jabber.example"], "through": ["jabber"] }""");

        Assert.True(reading.IsGood);
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal("$.rules[1]", warning.Path);
        Assert.Contains("rule 2 'late' is never reached: rule 1 takes", warning.Text, StringComparison.Ordinal);
        Assert.Empty(sample.Read(Sample.Good).Warnings);
    }

    [Fact, Item("PSB-067")]
    public void Each_status_of_a_rule_is_told_to_SIP_as_it_stands_and_to_XMPP_by_what_it_means()
    {
        Assert.All(RuleBuilder.Statuses, status =>
        {
            var failure = RuleBuilder.Build(new() { Reject = status }).Rejection!;
            Assert.Equal(status, ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: true).Status);
            Assert.Equal(status, ErrorTable.ToSip(failure, SipRequestKind.Invite, isMicrosoft: false).Status);
            Assert.Contains(ErrorRows.Statuses, r => r.Status == status && r.Condition == failure.Condition);
        });
    }

    [Fact]
    public void A_rule_is_in_force_after_a_reload() => Assert.True(ConfigurationDiff.IsLive("rules"));

    private ConfigurationReading With(string rules) => sample.ReadWith("\"peers\"", $"\"rules\": [{rules}], \"peers\"");
}
