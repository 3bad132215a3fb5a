using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>Steps and registers of one or several expressions over the same input. Holds scratch memory: one instance serves one stage at a time.</summary>
internal sealed class ExprProgram
{
    private readonly Step[] _steps;
    private readonly RegisterUse[] _uses;
    private readonly Frame _frame;

    public ExprProgram(Step[] steps, RegisterUse[] uses)
    {
        _steps = steps;
        _uses = uses;
        var registers = new Column[uses.Length];
        for (var i = 0; i < uses.Length; i++)
        {
            registers[i] = Column.Create(uses[i].Type);
        }

        _frame = new Frame(registers);
    }

    /// <summary>Computes all registers for the rows of the batch.</summary>
    /// <exception cref="ArithmeticOverflowException">A value does not fit.</exception>
    public void Run(ReadOnlySpan<Column> columns, int count)
    {
        _frame.Begin(count);
        for (var i = 0; i < _uses.Length; i++)
        {
            var use = _uses[i];
            if (use.Column >= 0)
            {
                _frame[i] = columns[use.Column];
            }
            else if (use.Constant is { } constant && _frame[i].Count < count)
            {
                _frame[i].AppendRepeated(constant.Value, count - _frame[i].Count);
            }
        }

        foreach (var step in _steps)
        {
            step.Run(_frame);
        }
    }

    /// <summary>The truth values of a register.</summary>
    public ReadOnlySpan<byte> Truth(int register) => _frame.Values<byte>(register);

    /// <summary>A register's column for reading, valid until the next run.</summary>
    public Column Peek(int register) => _frame[register];

    /// <summary>Hands the values of a register to the caller: scratch is given away, inputs and constants are copied.</summary>
    /// <remarks><paramref name="keep"/>: another output still needs the register.</remarks>
    public Column Take(int register, bool keep)
    {
        var use = _uses[register];
        var column = _frame[register];
        if (use.Constant is not null)
        {
            var filled = Column.Create(use.Type);
            filled.AppendRepeated(use.Constant.Value, _frame.Count);
            return filled;
        }

        if (use.Column >= 0 || keep)
        {
            return column.Copy();
        }

        _frame[register] = Column.Create(use.Type);
        return column;
    }

    /// <summary>Lets go of the input, so that its columns can be recycled by their owner.</summary>
    public void Release()
    {
        for (var i = 0; i < _uses.Length; i++)
        {
            if (_uses[i].Column >= 0)
            {
                _frame[i] = Nothing;
            }
        }
    }

    private static readonly Column Nothing = new FixedColumn<byte>(DataType.Boolean);
}
