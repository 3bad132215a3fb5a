using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>The row a function is applied to: its arguments for reading, its result for one value to be put. Reused from row to row.</summary>
internal sealed class FunctionRow
{
    private readonly Column[] _arguments;
    private Column _result = null!;

    /// <param name="arguments">How many there are.</param>
    public FunctionRow(int arguments) => _arguments = new Column[arguments];

    /// <summary>Number of the row in the columns.</summary>
    public int Index { get; set; }

    /// <summary>Whether any argument is null in this row.</summary>
    public bool HasNull
    {
        get
        {
            foreach (var argument in _arguments)
            {
                if (argument.IsNull(Index))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public void Bind(int argument, Column column) => _arguments[argument] = column;

    public void BindResult(Column column) => _result = column;

    public ReadOnlySpan<byte> Text(int argument) => ((BytesColumn)_arguments[argument])[Index];

    /// <summary>An integer, or a time in microseconds.</summary>
    public long Long(int argument) => ((FixedColumn<long>)_arguments[argument]).Values[Index];

    public double Double(int argument) => ((FixedColumn<double>)_arguments[argument]).Values[Index];

    /// <summary>Puts an integer into a result of 32 or 64 bits.</summary>
    public FunctionOutcome Put(long value)
    {
        switch (_result)
        {
            case FixedColumn<int> column:
                column.Append((int)value);
                break;
            case FixedColumn<byte> column:
                column.Append((byte)value);
                break;
            default:
                ((FixedColumn<long>)_result).Append(value);
                break;
        }

        return FunctionOutcome.Value;
    }

    public FunctionOutcome Put(bool value) => Put(value ? 1 : 0);

    /// <summary>Puts a double; one that is not finite does not fit, as in MySQL.</summary>
    public FunctionOutcome Put(double value)
    {
        if (!double.IsFinite(value))
        {
            return FunctionOutcome.Overflow;
        }

        ((FixedColumn<double>)_result).Append(value);
        return FunctionOutcome.Value;
    }

    public FunctionOutcome Put(ReadOnlySpan<byte> text)
    {
        ((BytesColumn)_result).Append(text);
        return FunctionOutcome.Value;
    }

    /// <summary>Room for a text of so many bytes, to be filled.</summary>
    public Span<byte> PutText(int length) => ((BytesColumn)_result).AppendUninitialized(length);

    public void PutNull() => _result.AppendNull();
}
