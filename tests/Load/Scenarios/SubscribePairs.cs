namespace Load.Scenarios;

/// <summary>SUBSCRIBE by a new watcher, its answer, and the NOTIFY that RFC 6665 §4.2.1.2 wants at once: an item is done with the NOTIFY, whatever it says.</summary>
internal sealed class SubscribePairs(Ends ends) : Scenario("SUBSCRIBE+NOTIFY", ends)
{
    private const long NumbersFrom = 3_000_000_000;
    private const int Presentities = 2_000;

    public override void Send(long sequence) => Ends.Sip.Subscribe(NumbersFrom + sequence, SipUser((int)(sequence % 1_000_000)), Ends.XmppUser((int)(NumbersFrom / 1_000 + (sequence % Presentities))));

    public override void Flush() => Ends.Sip.Flush();

    public override void OnAnswer(long mark, int status) => base.OnAnswer(mark - NumbersFrom, status);

    public override void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
        if (subscription >= NumbersFrom) Pump?.Delivered(subscription - NumbersFrom, mayRepeat: true);
    }
}
