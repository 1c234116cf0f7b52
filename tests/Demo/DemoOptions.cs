namespace Demo;

/// <summary>What the show was asked for.</summary>
internal sealed record DemoOptions
{
    /// <summary>End after the conversation.</summary>
    public bool Exits { get; init; }

    public bool HasPauses { get; init; } = true;

    /// <summary>Begin with the subscriptions and authorizations of the run before; otherwise the show begins among strangers.</summary>
    public bool KeepsState { get; init; }

    public static DemoOptions? Read(IEnumerable<string> arguments)
    {
        var options = new DemoOptions();
        foreach (var argument in arguments)
        {
            switch (argument)
            {
                case "--exit" or "--steps-only":
                    options = options with { Exits = true };
                    break;
                case "--fast":
                    options = options with { HasPauses = false };
                    break;
                case "--keep":
                    options = options with { KeepsState = true };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
