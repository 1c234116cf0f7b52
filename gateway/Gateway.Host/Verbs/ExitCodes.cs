namespace Gateway.Host.Verbs;

/// <summary>What the executable's exit codes mean; scripts may rely on them. Documented in <c>docs/operations/commands.md</c>.</summary>
public static class ExitCodes
{
    public const int Good = 0;

    /// <summary>The verb worked, and what it found is bad: no route, a failed check, a failed reload, not ready.</summary>
    public const int FoundBad = 1;

    /// <summary>The configuration has faults; all of them were printed.</summary>
    public const int ConfigurationFaults = 2;

    /// <summary>No appliance answers on the administration socket.</summary>
    public const int NotRunning = 4;

    /// <summary>The appliance could not start or had to stop: an address is taken, a file cannot be written.</summary>
    public const int Failed = 5;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 64;
}
