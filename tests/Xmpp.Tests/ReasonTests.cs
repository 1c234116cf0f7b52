using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>Each reason has one public name and one face towards a sender.</summary>
public sealed class ReasonTests
{
    public static TheoryData<XmppReason> Reasons => [.. Enum.GetValues<XmppReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_reason_has_a_name_a_condition_and_words(XmppReason reason)
    {
        var failure = XmppFailures.FailureOf(reason);

        Assert.Equal($"xmpp.{reason}", failure.Reason);
        Assert.NotEqual(Condition.None, failure.Condition);
        Assert.NotEmpty(failure.Text);
    }

    [Fact]
    public void Only_a_fault_of_ours_is_called_one_on_the_wire()
    {
        var blamed = Enum.GetValues<XmppReason>().Where(reason => StreamErrors.Of(reason) == StreamCondition.InternalServerError);

        Assert.Equal([XmppReason.InternalError], blamed);
    }
}
